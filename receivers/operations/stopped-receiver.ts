import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { withConsoleSettings } from '../config/stored/read.ts';
import { SettingsKey } from '../config/stored/settings-key.ts';
import { LEDGER_FILE } from '../ledger/ledger-file.ts';
import { openLedger } from '../ledger/open.ts';
import { planDeliveries } from '../routes/plan.ts';
import { describedDestinations } from './described-destinations.ts';
import { madeSecrets } from './made-secrets.ts';
import { openOperations } from './open.ts';
import type { Operations } from './operations.ts';

/** Whether a receiver has ever stored events under these settings. A database may have some. */
export function hasLedger({
  storage,
}: {
  storage: Pick<Configuration['storage'], 'databaseUrl' | 'dataFolder'>;
}): boolean {
  const { databaseUrl, dataFolder } = storage;
  return databaseUrl !== null || existsSync(join(dataFolder, LEDGER_FILE));
}

/**
 * The operations on the storage of a receiver that does not run. Rejects if the storage cannot be opened, for example
 * because a receiver does run on it.
 */
export async function openStoppedReceiver(
  given: Configuration,
): Promise<{ operations: Operations; close(): Promise<void> }> {
  const { ledger, close } = await openLedger(given.storage, given.database);
  try {
    const configuration = await withConsoleSettings(given, ledger, new SettingsKey(given.storage));
    const operations = openOperations({
      configuration,
      destinations: describedDestinations(configuration),
      ledger,
      plan: (event, source, now) => planDeliveries(configuration.routing, event, { source, now }),
      mask: new SecretMask([
        ...knownSecrets(configuration),
        ...madeSecrets(configuration.storage.dataFolder),
      ]),
      now: Date.now,
      running: null,
    });
    return { operations, close };
  } catch (error) {
    await close();
    throw error;
  }
}
