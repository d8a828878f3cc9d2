import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter } from '../../shared/zapier-filter.ts';
import { succeeded } from '../failures.ts';
import { eventsField, FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { EVENT_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
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
 * How old an action may be to make a Zap run: a Zap that could not poll for some days catches up. The limit
 * holds because an old action may come into sight whose id Zapier never saw: when an experience leaves the
 * list, one beyond the pages that a run can read moves up; one that was archived may be listed again.
 */
const CATCH_UP_MS = 7 * 86_400_000;

/**
 * Nothing is left out by number: what a shortened list hides when Zapier notes all there is (a hundred
 * thousand ids for each Zap) would count as new once it moves up. Zapier itself takes a hundred new ones in
 * one poll.
 */
async function perform(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
  const { isLoadingSample, isPopulatingDedupe } = bundle.meta;
  const now = Date.now();
  const filter = filterOf(z, bundle, LISTED_ACTIONS);
  const { category, module } = bundle.inputData as {
    category?: 'experiment' | 'personalization';
    module?: keyof typeof MODULES;
  };
  const events = succeeded(
    z,
    await recentActions(intelligems(z, bundle), {
      list: { category, module },
      firstPageOnly: isLoadingSample,
      now,
    }),
  );
  const since = isLoadingSample || isPopulatingDedupe ? 0 : now - CATCH_UP_MS;
  return events.filter((event) => Date.parse(event.timestamp) >= since && passesFilter(event, filter));
}

/** For those who have an access token only: asks the External API what was started, paused and ended. */
export const statusChanged: Trigger = {
  key: 'experience_status_changed',
  noun: 'Experience',
  display: {
    label: 'Experience Status Changed',
    description:
      'Triggers when an experience is started, paused or ended, or deleted while it is still listed. It looks every few minutes, and needs the access token only.',
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
        helpText: 'What the experience changes. Leave it empty for everything.',
      },
    ],
    outputFields: EVENT_OUTPUT,
    // The list names the organization by its id only.
    sample: { ...sampleEvent('startExperience'), store: null, organization_name: null },
    perform,
  },
};
