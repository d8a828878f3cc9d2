import type { Ledger } from '../../contract/ledger.ts';
import type { Configuration } from '../configuration.ts';
import type { Fault } from '../values/faults.ts';
import { openDocuments } from './documents.ts';
import type { SettingsKey } from './settings-key.ts';

/** The settings have faults that show only together with those of the console. */
export class SettingsFault extends Error {
  override readonly name = 'SettingsFault';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ where, message }) => `${where}: ${message}`).join('\n'));
    this.faults = faults;
  }
}

/** The settings with those of the console, from the ledger. Rejects with a SettingsFault or a StorageError. */
export async function withConsoleSettings(
  configuration: Configuration,
  ledger: Pick<Ledger, 'settings'>,
  key: SettingsKey,
): Promise<Configuration> {
  const loaded = configuration.withStored(openDocuments(await ledger.settings.read(), key));
  if (!loaded.ok) {
    throw new SettingsFault(loaded.faults);
  }
  return loaded.configuration;
}
