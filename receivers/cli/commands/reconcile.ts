import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** `reconcile`: compares Intelligems with the ledger now, and prints what the webhooks missed. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command.action(async () => (await import('../reconcile.ts')).reconcileNow(terminal, command));
}
