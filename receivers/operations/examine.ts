import { pino } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import type { Check, OpenDestination, OpenDestinations } from '../contract/destination.ts';
import { checkFindings } from '../destinations/checks.ts';
import { closeDestinations, openDestinations } from '../destinations/open.ts';
import { machineChecks } from './machine-checks.ts';
import { accessTokenChecks, databaseCheck, publicUrlChecks } from './network-checks.ts';
import type { OperationServices } from './services.ts';

export function examineOperations({
  configuration,
  running,
}: Pick<OperationServices, 'configuration' | 'running'>) {
  return {
    async examine(network: boolean): Promise<Check[]> {
      const checks: Check[] = [];
      for await (const check of examine(configuration, network, running?.destinations ?? null)) {
        checks.push(check);
      }
      return checks;
    },
  };
}

/**
 * Checks a receiver with these settings: settings, secrets, storage, public URL, API token and every destination.
 *
 * @param network also what can only be asked over the network
 * @param open the destinations of the receiver that runs in this process; null if none does
 */
export async function* examine(
  configuration: Configuration,
  network: boolean,
  open: OpenDestinations | null,
): AsyncGenerator<Check, void, undefined> {
  yield* machineChecks(configuration);
  if (network) {
    yield* await databaseCheck(configuration);
    yield* await publicUrlChecks(configuration.server.publicUrl);
    yield* accessTokenChecks(configuration);
  }
  if (open !== null) {
    yield* destinationChecks(open, network);
    return;
  }
  const opened = await openDestinations(configuration.destinations, pino({ level: 'silent' }));
  try {
    yield* destinationChecks(opened, network);
  } finally {
    await closeDestinations(opened);
  }
}

async function* destinationChecks(
  open: OpenDestinations,
  network: boolean,
): AsyncGenerator<Check, void, undefined> {
  const own = [...open.values()].filter(({ internal }) => !internal);
  const asked = own.map((each) => checksOf(each, network));
  for (const checks of asked) {
    yield* await checks;
  }
}

async function checksOf({ title, destination }: OpenDestination, network: boolean): Promise<Check[]> {
  const checks = network ? await checkFindings(title, destination) : (destination.checkHere?.() ?? []);
  return checks.map((check) => ({
    ...check,
    what: check.what.startsWith(title) ? check.what : `${title}, ${check.what}`,
  }));
}
