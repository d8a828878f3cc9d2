import { z } from 'zod';
import { INTELLIGEMS_ADDRESSES } from '../../../shared/experience-link.ts';
import { amount, flag, list, milliseconds, oneOf, webAddress } from '../../base/setting-values.ts';
import { destinationNames } from './destination-name.ts';
import { section, setting } from './setting.ts';

/** The actions that the External API keeps a record of. */
const RECORDED_ACTIONS = ['start', 'pause', 'end', 'delete'] as const;

export const intelligems = section(
  {
    apiUrl: setting(
      'INTELLIGEMS_API_URL',
      webAddress('https://api.intelligems.io').default('https://api.intelligems.io'),
      'The address of the External API of Intelligems.',
    ),
    apiVersion: setting(
      'INTELLIGEMS_API_VERSION',
      z
        .string()
        .regex(/^[\w.-]+$/, 'Write the version as it appears in the address, such as v25-10-beta.')
        .default('v25-10-beta'),
      'The version of the External API, as it appears in its address.',
    ),
    experimentUrlTemplate: setting(
      'INTELLIGEMS_EXPERIMENT_URL',
      experienceAddress().default(INTELLIGEMS_ADDRESSES.experiment),
      'The address of an A/B test in Intelligems, with {id} for its id. Messages link to it.',
    ),
    personalizationUrlTemplate: setting(
      'INTELLIGEMS_PERSONALIZATION_URL',
      experienceAddress().default(INTELLIGEMS_ADDRESSES.personalization),
      'The address of a personalization in Intelligems, with {id} for its id.',
    ),
    experienceUrlTemplate: setting(
      'INTELLIGEMS_EXPERIENCE_URL',
      experienceAddress().nullable().default(null),
      'One address for both, with {id} for the id. It replaces the two above.',
    ),
  },
  ({ experimentUrlTemplate, personalizationUrlTemplate, experienceUrlTemplate, ...same }) => ({
    ...same,
    addresses: {
      experiment: experienceUrlTemplate ?? experimentUrlTemplate,
      personalization: experienceUrlTemplate ?? personalizationUrlTemplate,
    },
  }),
);

function experienceAddress(): z.ZodString {
  return z
    .string()
    .regex(
      /^https?:\/\/\S*\{id\}\S*$/,
      'Write a web address with {id} in it, such as https://app.example.com/experiences/{id}.',
    );
}

export const who = section(
  {
    afterSeconds: setting(
      'WHO_AFTER_SECONDS',
      amount(0, 86_400, 60).default(60),
      'With an access token: if an event does not name who caused it, Intelligems is asked after this many seconds, and then up to three more times, each after three times the delay.',
    ),
  },
  ({ afterSeconds }) => ({ afterMs: milliseconds(afterSeconds) }),
);

export const results = section(
  {
    fetch: setting(
      'RESULTS',
      flag().default(true),
      'With an access token: whether to fetch the results of an experience after it ends.',
    ),
    to: setting(
      'RESULTS_TO',
      destinationNames().nullable().default(null),
      'The destinations that get a report of the results. Default: those that got the end event.',
      'destination',
    ),
    afterSeconds: setting(
      'RESULTS_AFTER_SECONDS',
      amount(0, 86_400, 60).default(60),
      'When to fetch the results after the end. If they are not ready, retries follow with doubling delays.',
    ),
    patienceHours: setting(
      'RESULTS_PATIENCE_HOURS',
      amount(0, 720, 24).default(24),
      'How long to wait for results. Then they are reported even if they are not ready.',
    ),
  },
  ({ afterSeconds, patienceHours, ...same }) => ({
    ...same,
    afterMs: milliseconds(afterSeconds),
    patienceMs: milliseconds(patienceHours * 3600),
  }),
);

export const reconcile = section(
  {
    mode: setting(
      'RECONCILE',
      oneOf(['deliver', 'list', 'off']).default('deliver'),
      'With an access token: what to do with an action at Intelligems whose webhook never arrived. deliver sends it, marked as recovered; list only records and logs it; off does not look for any.',
    ),
    everySeconds: setting(
      'RECONCILE_EVERY_SECONDS',
      amount(0.1, 604_800, 3600).default(3600),
      'How often to compare Intelligems with the ledger, starting when the receiver starts. Milestones are checked at the same time.',
    ),
    graceSeconds: setting(
      'RECONCILE_GRACE_SECONDS',
      amount(0, 86_400, 900).default(900),
      'How old an action must be before it counts as missed.',
    ),
    actions: setting(
      'RECONCILE_ACTIONS',
      list(oneOf(RECORDED_ACTIONS), 'Write some of start, pause, end and delete.').prefault([
        ...RECORDED_ACTIONS,
      ]),
      'The actions to compare. Name those whose webhooks are selected in Intelligems.',
    ),
  },
  ({ everySeconds, graceSeconds, ...same }) => ({
    ...same,
    everyMs: milliseconds(everySeconds),
    graceMs: milliseconds(graceSeconds),
  }),
);
