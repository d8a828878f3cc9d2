import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { ACTION_TITLES } from '../../shared/words.ts';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { passesFilter } from '../../shared/zapier-filter.ts';
import { succeeded } from '../failures.ts';
import { EVENTS_FIELD, FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { EVENT_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { recentActions } from '../recent-actions.ts';
import { sampleEvent } from '../samples.ts';

const MODULES = {
  content: 'Content',
  checkout: 'Checkout',
  postPurchase: 'Post-purchase',
  pricing: 'Pricing',
  merchandising: 'Merchandising',
  shipping: 'Shipping',
} as const;

/** As many as Zapier looks at in one poll. */
const MOST = 100;

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierEvent[]> {
  const filter = filterOf(bundle.inputData);
  const { category, module } = bundle.inputData as {
    category?: 'experiment' | 'personalization';
    module?: keyof typeof MODULES;
  };
  const events = succeeded(
    z,
    await recentActions(intelligems(z, bundle), {
      list: { category, module },
      firstPageOnly: bundle.meta.isLoadingSample,
      now: Date.now(),
    }),
  );
  return events.filter((event) => passesFilter(event, filter)).slice(0, MOST);
}

/** For those who have an access token only: asks the External API what was started, paused and ended. */
export const statusChanged: Trigger = {
  key: 'experience_status_changed',
  noun: 'Experience',
  display: {
    label: 'Experience Status Changed',
    description:
      'Triggers when an experience is started, paused, ended or deleted. It looks every few minutes, and needs the access token only.',
  },
  operation: {
    type: 'polling',
    inputFields: [
      {
        ...EVENTS_FIELD,
        choices: {
          startExperience: ACTION_TITLES.startExperience,
          pauseExperience: ACTION_TITLES.pauseExperience,
          endExperience: ACTION_TITLES.endExperience,
          deleteExperience: ACTION_TITLES.deleteExperience,
        },
      },
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
    sample: { ...sampleEvent('startExperience') },
    perform,
  },
};
