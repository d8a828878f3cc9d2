import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiFailure, ApiResult } from '../../shared/intelligems-failure.ts';

/** After so many failures in a row Intelligems is not asked for the rest. */
const MOST_FAILURES = 2;

/**
 * The results of one experience after the other, by its id; null where Intelligems has none to tell. One that
 * fails keeps back no other. `failure` is the last one that may pass.
 */
export async function askEach(
  experienceIds: readonly string[],
  ask: (experienceId: string) => Promise<ApiResult<Analytics>>,
): Promise<{ told: Map<string, Analytics | null>; failure: ApiFailure | null }> {
  const told = new Map<string, Analytics | null>();
  let failure: ApiFailure | null = null;
  let failuresInARow = 0;
  for (const id of experienceIds) {
    const found = await ask(id);
    if (found.ok || found.failure.reason === 'not found' || found.failure.reason === 'invalid') {
      told.set(id, found.ok ? found.value : null);
      failuresInARow = 0;
      continue;
    }
    failure = found.failure;
    failuresInARow += 1;
    if (failure.reason !== 'unavailable' || failuresInARow === MOST_FAILURES) {
      break;
    }
  }
  return { told, failure };
}
