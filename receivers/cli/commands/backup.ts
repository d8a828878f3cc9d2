import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** `backup`: copies the ledger into one file. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .requiredOption('--to <file>', 'the new file')
    .action(async ({ to }: { to: string }) => (await import('../backup.ts')).backUpTo(terminal, command, to));
}
