import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import type { IntelligemsApi } from '../../shared/intelligems-api.ts';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';
import { found } from '../failures.ts';
import { enteredChoice } from '../fields/entered.ts';
import { CATEGORIES, eventsField, FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { EVENT_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { apiSamples } from '../live-samples.ts';
import { LISTED_ACTIONS, recentActions } from '../recent-actions.ts';
import { sampleEvent } from '../samples.ts';

const MODULES = {
  content: 'Content',
  checkout: 'Checkout',
  postPurchase: 'Post-purchase',
  pricing: 'Pricing',
  merchandising: 'Merchandising',
  shipping: 'Shipping',
} as const;

/**
 * How old an action may be to run a Zap: a Zap that could not poll for some days catches up. Without this limit an old
 * action could come into sight whose ID Zapier never saw, such as when an archived experience is listed again.
 */
const CATCH_UP_MS = 7 * 86_400_000;

/** How many bytes a poll gives at most: Zapier takes 6 MB (docs.zapier.com, “Operating constraints”). */
const MOST_BYTES = 4_000_000;

/** The editor shows three samples. */
const SAMPLES = 3;

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
  const { isLoadingSample, isPopulatingDedupe } = bundle.meta;
  const now = Date.now();
  const filter = filterOf(z, bundle, LISTED_ACTIONS);
  const api = intelligems(z, bundle);
  const list = {
    category: enteredChoice(z, 'Category', bundle.inputData.category, CATEGORIES) ?? undefined,
    module: enteredChoice(z, 'Module', bundle.inputData.module, MODULES) ?? undefined,
  };
  const query = { list, experienceId: filter.experienceId, firstPageOnly: isLoadingSample, now };
  const events = (await found(z, api, await recentActions(api, query))) ?? [];
  const fitting = events.filter((event) => passesFilter(event, filter));
  if (isLoadingSample) {
    return samplesOf(api, fitting, filter);
  }
  if (isPopulatingDedupe) {
    return withinBytes(fitting.map(noted));
  }
  return withinBytes(fitting.filter((event) => Date.parse(event.timestamp) >= now - CATCH_UP_MS));
}

async function samplesOf(
  api: IntelligemsApi,
  fitting: readonly ZapierEvent[],
  filter: ZapierFilter,
): Promise<ZapierEvent[]> {
  const offered =
    fitting.length > 0 ? fitting : await apiSamples(api, filter, filter.actions[0] ?? 'startExperience');
  return offered.length > 0 ? offered.slice(0, SAMPLES) : [SAMPLE];
}

/** What Zapier needs to recognize an event: it notes only the ID. */
function noted(event: ZapierEvent): ZapierEvent {
  return { ...event, hypothesis: null, variation_summary: '', variation_lines: '', variations: [] };
}

/** The newest events that fit into what Zapier takes. */
function withinBytes(events: readonly ZapierEvent[]): ZapierEvent[] {
  let bytes = 0;
  return events.filter((event) => {
    bytes += Buffer.byteLength(JSON.stringify(event));
    return bytes <= MOST_BYTES;
  });
}

/** The list names the organization by its ID only. */
const SAMPLE: ZapierEvent = { ...sampleEvent('startExperience'), store: null, organization_name: null };

/** For those who have only an access token: asks the External API what was started, paused and ended. */
export const statusChanged: Trigger = {
  key: 'experience_status_changed',
  noun: 'Experience',
  display: {
    label: 'Experience Status Changed',
    description:
      'Triggers when an experience is started, paused or ended, or deleted while it is still listed. It checks every few minutes, and needs only the access token.',
  },
  operation: {
    type: 'polling',
    inputFields: [
      eventsField(LISTED_ACTIONS),
      ...FILTER_FIELDS,
      {
        key: 'module',
        label: 'Module',
        type: 'string',
        required: false,
        choices: MODULES,
        helpText: 'What the experience changes. Leave it blank for everything.',
      },
    ],
    outputFields: EVENT_OUTPUT,
    sample: { ...SAMPLE },
    perform,
  },
};
