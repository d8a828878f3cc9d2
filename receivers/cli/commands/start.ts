import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** `start`: the receiver itself. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .option('--role <role>', 'accept webhooks, deliver what was accepted, or all (default: RECEIVER_ROLE)')
    .action(async (options: { role?: string }) =>
      (await import('../start.ts')).start(terminal, command, options),
    );
}
