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
