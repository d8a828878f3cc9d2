import type { Command } from 'commander';
import { withAccessOptions } from '../access-options.ts';
import type { DoctorOptions } from '../doctor.ts';
import type { Terminal } from '../terminal.ts';

/** `doctor`: checks everything, and prints for each thing whether it is fine and what to do. */
export function defineCommand(command: Command, terminal: Terminal): void {
  withAccessOptions(command)
    .option('--json', 'as JSON, a finding per line')
    .option('--offline', 'only what needs no network, with the settings of this terminal')
    .addHelpText(
      'after',
      '\nWhile a receiver runs, it checks itself, with its own settings.' +
        '\nThe exit code is 1 if there is a problem, and 0 otherwise. Warnings do not count.',
    )
    .action(async (options: DoctorOptions) => (await import('../doctor.ts')).examine(terminal, options));
}
