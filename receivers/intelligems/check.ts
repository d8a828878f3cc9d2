import type { Check } from '../contract/destination.ts';
import type { Clients } from './clients.ts';

/** Looks whether Intelligems accepts the access token of each source. */
export function checkTokens(clients: ReadonlyMap<string, Clients>): Promise<Check[]> {
  return Promise.all(
    [...clients].map(async ([source, { quick }]): Promise<Check> => {
      const what = `Intelligems access token (${source})`;
      const found = await quick.listExperiences({ limit: 1 });
      return found.ok
        ? {
            what,
            state: 'ok',
            finding: `Intelligems accepts it and lists ${found.value.total} experiences.`,
            fix: null,
          }
        : { what, state: 'fault', finding: found.failure.message, fix: null };
    }),
  );
}
