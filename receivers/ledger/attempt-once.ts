import type { ClaimedDelivery, DeliveryWork, Settlement } from '../contract/delivery.ts';

/** The pause after a try that says nothing: so long for each try that there was, milliseconds, and how many count. */
const PAUSE_PER_TRY_MS = 60_000;
const MOST_TRIES = 60;

/**
 * When a delivery is tried again whose last try says nothing of that.
 *
 * @param tries how often it has been tried
 * @param now milliseconds since 1970
 */
export function dueAnew(tries: number, now: number): number {
  return now + Math.min(tries, MOST_TRIES) * PAUSE_PER_TRY_MS;
}

/**
 * Makes an attempt. One that throws in place of giving its outcome is a fault of the program: a person is told, nobody
 * knows whether it arrived, and it is tried again later without being counted.
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
