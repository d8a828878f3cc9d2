import type { Logger } from 'pino';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import type { SettingsKey } from '../config/stored/settings-key.ts';
import type { Ledger } from '../contract/ledger.ts';

/** What the operations on connections work with. */
export interface ConnectionServices {
  ledger: Pick<Ledger, 'settings' | 'depths' | 'resume'>;
  key: SettingsKey;
  mask: SecretMask;
  log: Logger;
  now(): number;
  /** The settings that are in effect now. */
  configuration(): Configuration;
  /** Why destinations of the console could not be opened, by name. */
  unopened(): ReadonlyMap<string, string>;
  /** Why the newest settings cannot be used in this process; null if they are. */
  problem(): string | null;
  /**
   * Opens what is new in these settings, writes, and puts them into effect. Rejects, and changes nothing, if something
   * cannot be opened or written. Gives what `write` gave: with false, nothing changes either.
   */
  change(configuration: Configuration, write: () => Promise<boolean>): Promise<boolean>;
}
