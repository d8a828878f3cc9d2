import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptSecret } from '../../inbound/webhook-secret.ts';
import { Seal, type SealFault } from './seal.ts';

/** The file in the data folder that holds the key, for its owner only. */
export const SETTINGS_KEY_FILE = 'settings-key';

interface KeySettings {
  dataFolder: string;
  databaseUrl: string | null;
  settingsKey: readonly string[];
}

/** The settings key is missing, and has to be set first. The message is for people. */
export class NoSettingsKey extends Error {
  override readonly name = 'NoSettingsKey';
}

/**
 * The keys that seal the secrets of what is connected in the console. SETTINGS_KEY comes first; the file of the data
 * folder opens what was sealed before it was set.
 */
export class SettingsKey {
  readonly #settings: KeySettings;

  constructor(settings: KeySettings) {
    this.#settings = settings;
  }

  /** The seal for a new secret. The embedded ledger makes its key at the first one. Throws NoSettingsKey. */
  sealing(): Seal {
    const [first] = this.#settings.settingsKey;
    if (first !== undefined) {
      return new Seal(first);
    }
    if (this.#settings.databaseUrl !== null) {
      throw new NoSettingsKey(
        'To save secrets here, set SETTINGS_KEY to at least 32 random characters (openssl rand -hex 32), the same on ' +
          'every machine that uses this database, and start again.',
      );
    }
    try {
      return new Seal(keptSecret(this.#settings.dataFolder, SETTINGS_KEY_FILE).secret);
    } catch (error) {
      throw new NoSettingsKey(`The settings key cannot be used. ${(error as Error).message}`);
    }
  }

  /** Opens a sealed secret with whichever key sealed it. */
  open(sealed: string, place: string): { ok: true; value: unknown } | { ok: false; fault: SealFault } {
    let fault: SealFault = 'other-key';
    for (const key of this.#known()) {
      const opened = new Seal(key).open(sealed, place);
      if (opened.ok) {
        return opened;
      }
      fault = opened.fault === 'damaged' ? 'damaged' : fault;
    }
    return { ok: false, fault };
  }

  /** Every key, for the mask. */
  secrets(): string[] {
    return this.#known();
  }

  #known(): string[] {
    const kept = this.#inFile();
    return kept === '' ? [...this.#settings.settingsKey] : [...this.#settings.settingsKey, kept];
  }

  /** Empty if there is none that can be read: Docker, for example, makes a folder where a mounted file is missing. */
  #inFile(): string {
    try {
      return readFileSync(join(this.#settings.dataFolder, SETTINGS_KEY_FILE), 'utf8').trim();
    } catch {
      return '';
    }
  }

  /** Why a secret cannot be opened and what to do, in sentences. */
  advice(fault: SealFault): string {
    if (fault === 'damaged') {
      return 'What is stored of it is damaged. Enter it again.';
    }
    const { settingsKey, databaseUrl } = this.#settings;
    const known =
      this.#known().length > 0 ? 'It was sealed with another settings key.' : 'The settings key is missing.';
    const restore =
      settingsKey.length > 0 || databaseUrl !== null
        ? 'Set SETTINGS_KEY to the key that sealed it'
        : `Restore the file ${SETTINGS_KEY_FILE} in the data folder from a backup`;
    return `${known} ${restore} and start again, or enter the secret again. Until then, deliveries wait.`;
  }
}
