import type { Command } from 'commander';
import { withAccessOptions } from '../access-options.ts';
import type { ExportOptions } from '../export.ts';
import { wholeNumber } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';

/** `export`: the whole ledger as JSON Lines. */
export function defineCommand(command: Command, terminal: Terminal): void {
  withAccessOptions(command)
    .option('--out <file>', 'the file to write (default: the standard output)')
    .option(
      '--after <sequence>',
      'only events after the one with this sequence',
      wholeNumber(0, Number.MAX_SAFE_INTEGER, 'Write the sequence of an event, a whole number.'),
      0,
    )
    .action(async (options: ExportOptions) =>
      (await import('../export.ts')).exportEvents(terminal, command, options),
    );
}
