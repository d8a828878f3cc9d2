/** The checks of a running experience, by the names that settings, Zapier and your own API use. */
export const HEALTH_CHECKS = [
  'not_delivered',
  'no_visitors',
  'sample_ratio_mismatch',
  'guardrail',
  'underpowered',
] as const;

export type HealthCheck = (typeof HEALTH_CHECKS)[number];

interface CheckWords {
  /** What is checked, as a label: “Split of visitors”. */
  topic: string;
  /** What an alarm says, as a label: “Wrong split of visitors”. */
  title: string;
  /** What is reported when the alarm begins, after the name of the experience. */
  began: string;
  /** The same when it is over. */
  over: string;
}

/** What people read about each check. */
export const HEALTH_WORDS: Readonly<Record<HealthCheck, CheckWords>> = {
  not_delivered: {
    topic: 'Delivery to the store',
    title: 'Not delivered',
    began: 'not synced with Shopify',
    over: 'synced with Shopify again',
  },
  no_visitors: { topic: 'Visitors', title: 'No visitors', began: 'no visitors', over: 'visitors are back' },
  sample_ratio_mismatch: {
    topic: 'Split of visitors',
    title: 'Wrong split of visitors',
    began: 'visitors are not split as configured',
    over: 'visitors are split as configured again',
  },
  guardrail: {
    topic: 'Sales against the control',
    title: 'Sells less',
    began: 'a variation sells less',
    over: 'the drop is over',
  },
  underpowered: {
    topic: 'Rate of orders',
    title: 'Too few orders',
    began: 'too few orders to get a result soon',
    over: 'enough orders to get a result',
  },
};
