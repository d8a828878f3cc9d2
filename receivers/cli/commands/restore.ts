import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** `restore`: makes the ledger of an empty data folder from a backup. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .requiredOption('--from <file>', 'a file that `backup` wrote')
    .addHelpText(
      'after',
      '\nDeliveries that were waiting when the backup was made are sent after the next start, also if they were sent since.',
    )
    .action(async ({ from }: { from: string }) =>
      (await import('../restore.ts')).restoreFrom(terminal, command, from),
    );
}
