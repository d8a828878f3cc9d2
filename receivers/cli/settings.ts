import type { Command } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { describeFaults, loadConfiguration } from '../config/load.ts';
import { madeSecrets } from '../operations/made-secrets.ts';
import { EX_CONFIG } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/**
 * The settings of this terminal. Their secrets are masked from now on. Ends the command if they have faults.
 *
 * @param changes environment variables that options of the command replace
 */
export function settingsOf(
  terminal: Terminal,
  command: Command,
  changes: Readonly<Record<string, string>> = {},
): Configuration {
  const environment = { ...terminal.environment, ...changes };
  const loaded = loadConfiguration({ environment, cwd: terminal.folder });
  if (!loaded.ok) {
    return command.error(describeFaults(loaded.faults, 'nothing was done'), { exitCode: EX_CONFIG });
  }
  const { configuration } = loaded;
  maskSecrets(terminal, configuration);
  return configuration;
}

/** Masks the secrets of these settings, and those that the receiver made, in everything that is printed. */
export function maskSecrets(terminal: Terminal, configuration: Configuration): void {
  terminal.mask.add([...knownSecrets(configuration), ...madeSecrets(configuration.storage.dataFolder)]);
}
