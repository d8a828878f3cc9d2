import type { Logger } from 'pino';
import type { Check, Destination, OpenDestinations } from '../contract/destination.ts';

/** A check that takes longer than this counts as a fault. */
const TIMEOUT_MS = 20_000;

/** Runs a destination's checks. If the check itself fails or takes too long, that is a finding too. */
export async function checkFindings(name: string, destination: Pick<Destination, 'check'>): Promise<Check[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([destination.check(), late]);
  } catch (error) {
    return [
      {
        what: name,
        state: 'fault',
        finding: `The check failed: ${(error as Error).message}.`,
        fix: 'Look at the receiver’s log, and run the check again.',
      },
    ];
  } finally {
    clearTimeout(timer);
  }
}

/** Checks every destination and logs the problems, with what to do. */
export async function logFindings(destinations: OpenDestinations, log: Logger): Promise<void> {
  await Promise.all(
    [...destinations.values()].map(async ({ name, destination }) => {
      for (const { what, state, finding, fix } of await checkFindings(name, destination)) {
        if (state !== 'ok') {
          log[state === 'fault' ? 'error' : 'warn']({ destination: name, what, fix }, finding);
        }
      }
    }),
  );
}
