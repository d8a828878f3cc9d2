/** The destination that hands an event on to the Zaps, and under which the ledger keeps what belongs to Zapier. */
export const ZAPIER = 'zapier';

/** The destination that hands a burst of updates on as one. */
export const ZAPIER_BURSTS = 'zapier-bursts';

/** The destination whose deliveries go to one Zap each. */
export const ZAPS = 'zapier-zaps';
