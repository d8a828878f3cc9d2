/** When a delivery is tried again, and when it is given up. */
export interface RetryPolicy {
  /** After this many counted attempts a delivery is a dead letter. */
  maxAttempts: number;
  /** The pause after the first attempt, milliseconds. */
  firstRetryMs: number;
  /** Each further pause is this many times as long. */
  factor: number;
  /** A delivery whose first attempt is longer ago than this, in milliseconds, is a dead letter at its next failure. */
  giveUpAfterMs: number;
}

/** No single pause is longer than this, in milliseconds. */
const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** After a fault of the receiver's own storage, the shortest and the longest pause, milliseconds. */
const STORAGE_PAUSES_MS = { shortest: 5_000, longest: 300_000 };

/** The pause after a fault of the storage is this share of the delivery's age: what lasts is asked for more rarely. */
const STORAGE_PAUSE_SHARE = 0.1;

/**
 * The pause before the next attempt, in milliseconds: exponential, and up to a fifth shorter or longer so
 * that what failed together does not come back together.
 *
 * @param attempt the attempt that failed, counted from 1
 * @param random a number from 0 to 1, drawn anew each time
 */
export function retryDelay(attempt: number, policy: RetryPolicy, random: number): number {
  const pause = policy.firstRetryMs * policy.factor ** (attempt - 1);
  return Math.round(Math.min(pause, LONGEST_PAUSE_MS) * (0.8 + 0.4 * random));
}

/**
 * The pause after an attempt that failed by the receiver's own storage, in milliseconds. Such attempts are not
 * counted, and each is a row in the ledger: one whose page of the file is damaged would be tried for days.
 *
 * @param age of the delivery, milliseconds
 */
export function storageDelay(age: number): number {
  const { shortest, longest } = STORAGE_PAUSES_MS;
  return Math.round(Math.min(Math.max(age * STORAGE_PAUSE_SHARE, shortest), longest));
}
