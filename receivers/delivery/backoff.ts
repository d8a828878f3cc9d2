/** When a delivery is tried again, and when it is given up. */
export interface RetryPolicy {
  /** After this many counted attempts a delivery is a dead letter. */
  maxAttempts: number;
  /** The pause after the first attempt, milliseconds. */
  firstRetryMs: number;
  /** Each pause is this many times as long as the one before. */
  factor: number;
  /** A delivery that has been tried for longer than this, in milliseconds, is a dead letter at its next failure. */
  giveUpAfterMs: number;
}

/** No wait between two attempts is longer than this, whatever the settings or the other side say; milliseconds. */
export const LONGEST_PAUSE_MS = 24 * 3_600_000;

/** After a failure of the receiver's own storage, the shortest and the longest pause, milliseconds. */
const STORAGE_PAUSES_MS = { shortest: 5_000, longest: 300_000 };

/**
 * The pause before the next attempt, in milliseconds: at most a day. It grows exponentially, and is up to a fifth
 * shorter or longer, so that deliveries that failed together are not sent again together.
 *
 * @param attempt the attempt that failed, counted from 1
 * @param random a number from 0 to 1, a new one each time
 */
export function retryDelay(attempt: number, policy: RetryPolicy, random: number): number {
  const pause = policy.firstRetryMs * policy.factor ** (attempt - 1);
  return Math.round(Math.min(pause * (0.8 + 0.4 * random), LONGEST_PAUSE_MS));
}

/**
 * The pause after an attempt that failed because of the receiver's own storage, in milliseconds: it doubles. Such
 * attempts are not counted, and each is a row in the ledger, so a damaged page of its file must not be read for days.
 *
 * @param failures how many attempts in a row have failed that way, this one included
 */
export function storageDelay(failures: number): number {
  const { shortest, longest } = STORAGE_PAUSES_MS;
  return Math.min(shortest * 2 ** (failures - 1), longest);
}
