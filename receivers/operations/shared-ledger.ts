import type { Configuration } from '../config/configuration.ts';
import type { Ledger } from '../contract/ledger.ts';

/**
 * Opens the ledger of the settings, also while a receiver runs on it, for what several processes may read and write:
 * facts, and what was set in the console.
 */
export async function openSharedLedger({
  storage,
  database,
}: Configuration): Promise<{ ledger: Ledger; close(): Promise<void> }> {
  const [{ openLedger }, { FolderInUse }] = await Promise.all([
    import('../ledger/open.ts'),
    import('../ledger/sqlite/lock.ts'),
  ]);
  try {
    return await openLedger(storage, database);
  } catch (error) {
    if (!(error instanceof FolderInUse)) {
      throw error;
    }
    const { SqliteLedger } = await import('../ledger/sqlite/ledger.ts');
    const ledger = await SqliteLedger.open(storage.dataFolder);
    return { ledger, close: () => ledger.close() };
  }
}

/**
 * Opens the ledger of the settings to read what was set in the console. It keeps no receiver from starting meanwhile.
 */
export async function openLedgerToRead({
  storage,
  database,
}: Pick<Configuration, 'storage'> & Partial<Pick<Configuration, 'database'>>): Promise<{
  ledger: Ledger;
  close(): Promise<void>;
}> {
  if (storage.databaseUrl !== null) {
    const { openLedger } = await import('../ledger/open.ts');
    return openLedger(storage, database);
  }
  const { SqliteLedger } = await import('../ledger/sqlite/ledger.ts');
  const ledger = await SqliteLedger.open(storage.dataFolder);
  return { ledger, close: () => ledger.close() };
}
