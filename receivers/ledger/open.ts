import { accessSync, constants } from 'node:fs';
import { makeDataFolder } from '../base/data-folder.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { PostgresSettings } from './postgres/settings.ts';
import type { SqliteLedger } from './sqlite/ledger.ts';

export interface StorageSettings {
  dataFolder: string;
  /** A PostgreSQL database instead of the data folder; null for none. */
  databaseUrl: string | null;
}

/** An open ledger; `close` also releases what was taken for it. */
export interface OpenLedger<Kind extends Ledger = Ledger> {
  ledger: Kind;
  close(): Promise<void>;
}

/**
 * Opens the ledger that the settings name: in a database, which any number of receivers may share, or in a data folder,
 * which one receiver may use. Rejects if another receiver runs on the same data folder, or if the storage cannot be
 * written.
 */
export function openLedger(
  { dataFolder, databaseUrl }: StorageSettings,
  database: Omit<PostgresSettings, 'url'> = {},
): Promise<OpenLedger> {
  return databaseUrl === null ? openDataFolder(dataFolder) : openPostgres({ ...database, url: databaseUrl });
}

async function openPostgres(settings: PostgresSettings): Promise<OpenLedger> {
  const { PostgresLedger } = await import('./postgres/ledger.ts');
  const ledger = await PostgresLedger.open(settings);
  return { ledger, close: () => ledger.close() };
}

/** Opens the ledger of a data folder; see {@link openLedger}. */
export async function openDataFolder(folder: string): Promise<OpenLedger<SqliteLedger>> {
  const { SqliteLedger } = await import('./sqlite/ledger.ts');
  const { lockDataFolder } = await import('./sqlite/lock.ts');
  makeDataFolder(folder);
  accessSync(folder, constants.W_OK);
  const lock = lockDataFolder(folder);
  try {
    const ledger = await SqliteLedger.open(folder, { lockFile: lock.file });
    return {
      ledger,
      async close() {
        await ledger.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
