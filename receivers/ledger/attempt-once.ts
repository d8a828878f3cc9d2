import type { ClaimedDelivery, DeliveryWork, Settlement } from '../contract/delivery.ts';

/** The pause after a try without a usable outcome: this long for each earlier try (ms), up to this many tries. */
const PAUSE_PER_TRY_MS = 60_000;
const MOST_TRIES = 60;

/**
 * When a delivery is tried again if its last try does not say when.
 *
 * @param tries how often it has been tried
 * @param now milliseconds since 1970
 */
export function dueAnew(tries: number, now: number): number {
  return now + Math.min(tries, MOST_TRIES) * PAUSE_PER_TRY_MS;
}

/**
 * Makes an attempt. If it throws instead of giving an outcome, that is a bug: it is reported, the message may or may not
 * have arrived, and the delivery is tried again later without counting the attempt.
 *
 * @param tries how often the delivery has been tried, this time included
 */
export async function attemptOnce(
  work: DeliveryWork,
  delivery: ClaimedDelivery,
  tries: number,
  lost?: AbortSignal,
): Promise<Settlement> {
  const startedAt = Date.now();
  try {
    return await work.attempt(delivery, lost);
  } catch (error) {
    work.onError(error as Error);
    return brokenAttempt(error, tries, startedAt);
  }
}

function brokenAttempt(error: unknown, tries: number, startedAt: number): Settlement {
  const finishedAt = Date.now();
  const reason = `The attempt broke: ${error instanceof Error ? error.message : String(error)}. The log has the details.`;
  return {
    state: 'ready',
    startedAt,
    finishedAt,
    dueAt: dueAnew(tries, finishedAt),
    attemptCounts: false,
    uncertain: true,
    outcome: { type: 'retry', reason, uncertain: true, ownFault: true },
  };
}
