import type { Configuration } from '../config/configuration.ts';
import { type Loaded, type LoadOptions, loadConfiguration } from '../config/load.ts';
import { readLocalPlace } from '../config/local-receiver.ts';
import { withConsoleSettings } from '../config/stored/read.ts';
import { SettingsKey } from '../config/stored/settings-key.ts';
import { openLedgerToRead } from './shared-ledger.ts';
import { hasLedger } from './stopped-receiver.ts';

/**
 * Reads the settings of a receiver whose ledger is opened next. Names that they do not know may be in there, so they are
 * faults only if there is no ledger yet.
 */
export function loadBeforeLedger(options: LoadOptions): Loaded {
  const read = readLocalPlace(options);
  const mayBeStored = read.ok && hasLedger({ storage: read.place });
  return loadConfiguration({ ...options, ...(mayBeStored && { stored: 'unread' }) });
}

/**
 * Settings that were read before the ledger, with those of the console. Rejects with a SettingsFault, or if the ledger
 * cannot be opened.
 */
export async function completed(configuration: Configuration): Promise<Configuration> {
  if (!hasLedger(configuration)) {
    return configuration;
  }
  const { ledger, close } = await openLedgerToRead(configuration);
  try {
    return await withConsoleSettings(configuration, ledger, new SettingsKey(configuration.storage));
  } finally {
    await close();
  }
}
