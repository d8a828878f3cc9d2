import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import type { Outcome } from '../contract/outcome.ts';

/** What a failed call means for the delivery that made it. An unknown experience is nothing to try again. */
export function failureOutcome(failure: ApiFailure): Outcome {
  switch (failure.reason) {
    case 'rate limited':
      return { type: 'retry', reason: failure.message, rateLimited: true, delayMs: failure.retryAfterMs };
    case 'not found':
      return { type: 'done', note: failure.message };
    case 'invalid':
      return { type: 'dead', reason: failure.message };
    default:
      return { type: 'retry', reason: failure.message };
  }
}

/** The attempt ended while Intelligems answered: another process may be at it, so nothing more may follow. */
export const LEASE_LOST = {
  type: 'retry',
  reason: 'The attempt ended before the answer of Intelligems could be used.',
} as const satisfies Outcome;
