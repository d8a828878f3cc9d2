import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiFailure, ApiResult } from '../../shared/intelligems-failure.ts';

/** After this many failures in a row, the rest is not requested. */
const MOST_FAILURES = 2;

/**
 * Requests the results of experiences one by one, and gives them by id; null if Intelligems has none. A failure does
 * not stop the others. `failure` is the last one that may be temporary.
 */
export async function askEach(
  experienceIds: readonly string[],
  ask: (experienceId: string) => Promise<ApiResult<Analytics>>,
): Promise<{ found: Map<string, Analytics | null>; failure: ApiFailure | null }> {
  const results = new Map<string, Analytics | null>();
  let failure: ApiFailure | null = null;
  let failuresInARow = 0;
  for (const id of experienceIds) {
    const found = await ask(id);
    if (found.ok || found.failure.reason === 'not found' || found.failure.reason === 'invalid') {
      results.set(id, found.ok ? found.value : null);
      failuresInARow = 0;
      continue;
    }
    failure = found.failure;
    failuresInARow += 1;
    if (failure.reason !== 'unavailable' || failuresInARow === MOST_FAILURES) {
      break;
    }
  }
  return { found: results, failure };
}
