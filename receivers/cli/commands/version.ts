import type { Command } from 'commander';
import { PRODUCT } from '../../base/product.ts';
import type { Terminal } from '../terminal.ts';

/** `version`: which version this is. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command.action(() => terminal.printLine(PRODUCT.version));
}
