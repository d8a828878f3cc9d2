import { HEALTH_CHECKS } from '../../../shared/health-words.ts';
import { amount, flag, list, milliseconds, oneOf, wholeNumber } from '../../base/setting-values.ts';
import { destinationNames } from './destination-name.ts';
import { section, setting } from './setting.ts';

const LARGE = 1_000_000_000;

/** Defaults and their reasons are in receivers/monitoring/README.md. */
export const health = section(
  {
    on: setting(
      'HEALTH',
      flag().default(true),
      'With an access token: whether to check running experiences and report what is wrong with them.',
    ),
    to: setting(
      'HEALTH_TO',
      destinationNames().nullable().default(null),
      'The destinations that get reports about the health and the verdict of running experiences. Default: those that the routes send the events of the experience to.',
      'destination',
    ),
    everySeconds: setting(
      'HEALTH_EVERY_SECONDS',
      amount(0.1, 604_800, 3600).default(3600),
      'How often to check each running experience. What is wrong is reported once it holds at two checks in a row.',
    ),
    checks: setting(
      'HEALTH_CHECKS',
      list(oneOf(HEALTH_CHECKS), `Write some of ${HEALTH_CHECKS.join(', ')}.`).prefault([...HEALTH_CHECKS]),
      'What to check.',
    ),
    verdicts: setting(
      'HEALTH_VERDICTS',
      flag().default(true),
      'Whether to report when the verdict on a running experience changes. VERDICT_MIN_DAYS and its neighbors say when a verdict counts.',
    ),
    graceHours: setting(
      'HEALTH_GRACE_HOURS',
      amount(0, 720, 6).default(6),
      'no_visitors: how many hours live without visitors are an alarm.',
    ),
    splitPValue: setting(
      'HEALTH_SPLIT_P_VALUE',
      amount(0, 0.5, 0.01).default(0.01),
      'sample_ratio_mismatch: the p-value below which the split of visitors is wrong.',
    ),
    splitMinVisitors: setting(
      'HEALTH_SPLIT_MIN_VISITORS',
      wholeNumber(1, LARGE, 500).default(500),
      'sample_ratio_mismatch: how many visitors of all variations it takes to judge the split.',
    ),
    splitMinPoints: setting(
      'HEALTH_SPLIT_MIN_POINTS',
      amount(0, 100, 1).default(1),
      'sample_ratio_mismatch: how many percentage points a share must be off.',
    ),
    dropPercent: setting(
      'HEALTH_DROP_PERCENT',
      amount(0, 100, 20).default(20),
      'guardrail: how far below the control a variation must be, in percent.',
    ),
    dropProbabilityPercent: setting(
      'HEALTH_DROP_PROBABILITY_PERCENT',
      amount(50, 100, 99.5).default(99.5),
      'guardrail: how likely it must be that the variation is worse, in percent.',
    ),
    dropMinVisitors: setting(
      'HEALTH_DROP_MIN_VISITORS',
      wholeNumber(0, LARGE, 1000).default(1000),
      'guardrail: how many visitors each variation needs before it is judged.',
    ),
    dropMinOrders: setting(
      'HEALTH_DROP_MIN_ORDERS',
      wholeNumber(0, LARGE, 50).default(50),
      'guardrail: how many orders each variation needs before it is judged.',
    ),
    wantedOrders: setting(
      'HEALTH_WANTED_ORDERS',
      wholeNumber(1, LARGE, 100).default(100),
      'underpowered: how many orders each variation should get.',
    ),
    wantedDays: setting(
      'HEALTH_WANTED_DAYS',
      amount(1, 3650, 30).default(30),
      'underpowered: within how many days live it should get them.',
    ),
  },
  ({ on, to, everySeconds, checks, verdicts, ...limits }) => ({
    on,
    to,
    everyMs: milliseconds(everySeconds),
    verdicts,
    limits: {
      checks: [...new Set(checks)],
      graceMs: milliseconds(limits.graceHours * 3600),
      sampleRatio: {
        pValue: limits.splitPValue,
        leastVisitors: limits.splitMinVisitors,
        leastDeviation: limits.splitMinPoints / 100,
      },
      guardrail: {
        drop: limits.dropPercent / 100,
        likely: limits.dropProbabilityPercent / 100,
        leastVisitors: limits.dropMinVisitors,
        leastOrders: limits.dropMinOrders,
      },
      underpowered: { orders: limits.wantedOrders, days: limits.wantedDays },
    },
  }),
);
