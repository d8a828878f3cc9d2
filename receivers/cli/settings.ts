import type { Command } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import { describeFaults, type Fault } from '../config/load.ts';
import { SettingsFault } from '../config/stored/read.ts';
import { completed, loadBeforeLedger } from '../operations/console-settings.ts';
import { madeSecrets } from '../operations/made-secrets.ts';
import { EX_CONFIG } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/**
 * The settings of this terminal, without those of the console. Their secrets are masked from now on. Ends the command if
 * they have faults.
 *
 * @param changes environment variables that options of the command replace
 */
export function settingsOf(
  terminal: Terminal,
  command: Command,
  changes: Readonly<Record<string, string>> = {},
): Configuration {
  const environment = { ...terminal.environment, ...changes };
  const loaded = loadBeforeLedger({ environment, cwd: terminal.folder });
  if (!loaded.ok) {
    return failed(command, loaded.faults);
  }
  maskSecrets(terminal, loaded.configuration);
  return loaded.configuration;
}

/** The settings of this terminal with those of the console, as {@link settingsOf}. Rejects if these cannot be read. */
export async function wholeSettingsOf(
  terminal: Terminal,
  command: Command,
  changes: Readonly<Record<string, string>> = {},
): Promise<Configuration> {
  try {
    const configuration = await completed(settingsOf(terminal, command, changes));
    maskSecrets(terminal, configuration);
    return configuration;
  } catch (error) {
    if (error instanceof SettingsFault) {
      return failed(command, error.faults);
    }
    throw error;
  }
}

function failed(command: Command, faults: readonly Fault[]): never {
  return command.error(describeFaults(faults, 'nothing was done'), { exitCode: EX_CONFIG });
}

/** Masks the secrets of these settings, and those that the receiver made, in everything that is printed. */
export function maskSecrets(terminal: Terminal, configuration: Configuration): void {
  terminal.mask.add([...knownSecrets(configuration), ...madeSecrets(configuration.storage.dataFolder)]);
}
