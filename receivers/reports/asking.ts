import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiFailure, ApiResult } from '../../shared/intelligems-failure.ts';

/** After this many failures in a row, the rest waits. */
const MOST_FAILURES = 2;

/**
 * Works on one item after the other. A failure does not stop the others, unless it would meet them too: the rate limit,
 * a wrong token, or an API that is unavailable twice in a row. Gives the last failure.
 */
export async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<ApiFailure | null>,
): Promise<ApiFailure | null> {
  let failure: ApiFailure | null = null;
  let failuresInARow = 0;
  for (const item of items) {
    const failed = await work(item);
    failure = failed ?? failure;
    failuresInARow = failed === null ? 0 : failuresInARow + 1;
    if (failed !== null && (failed.reason !== 'unavailable' || failuresInARow === MOST_FAILURES)) {
      break;
    }
  }
  return failure;
}

/** Results that were requested; null if Intelligems has none for the experience. */
export function orNone(found: ApiResult<Analytics>): ApiResult<Analytics | null> {
  const isNone = !found.ok && (found.failure.reason === 'not found' || found.failure.reason === 'invalid');
  return isNone ? { ok: true, value: null } : found;
}

/**
 * Requests the results of experiences {@link inTurn}, and gives them by id; null if Intelligems has none. `failure` is
 * the last one that may be temporary.
 */
export async function askEach(
  experienceIds: readonly string[],
  ask: (experienceId: string) => Promise<ApiResult<Analytics>>,
): Promise<{ found: Map<string, Analytics | null>; failure: ApiFailure | null }> {
  const results = new Map<string, Analytics | null>();
  const failure = await inTurn(experienceIds, async (id) => {
    const found = orNone(await ask(id));
    if (!found.ok) {
      return found.failure;
    }
    results.set(id, found.value);
    return null;
  });
  return { found: results, failure };
}
