import { mkdirSync } from 'node:fs';
import type { Ledger } from './contract.ts';
import { SqliteLedger } from './sqlite/ledger.ts';
import { lockDataFolder } from './sqlite/lock.ts';

export interface StorageSettings {
  dataFolder: string;
}

/**
 * Opens the ledger that the settings name, for the one receiver that may run on it. Rejects where another
 * runs on the same data folder, or where the storage cannot be written.
 */
export async function openLedger(
  settings: StorageSettings,
): Promise<{ ledger: Ledger; close(): Promise<void> }> {
  mkdirSync(settings.dataFolder, { recursive: true, mode: 0o700 });
  const unlock = lockDataFolder(settings.dataFolder);
  try {
    const ledger = await SqliteLedger.open(settings.dataFolder);
    return {
      ledger,
      async close() {
        await ledger.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}
