import type { Command } from 'commander';
import type { FindHeaderOptions } from '../find-header.ts';
import { wholeNumber } from '../option-values.ts';
import type { Terminal } from '../terminal.ts';

/**
 * `find-header`: listens for a real webhook, or reads a captured one, and names the header that has an HMAC of its
 * body. Ends with 0 once it is found, with 1 if a captured request has none.
 */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .option('--secret <secret...>', 'the secret that the sender signs with (default: those of the receiver)')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '--port <number>',
      'the port to listen on; 0 for any free one',
      wholeNumber(0, 65_535, 'Write a number from 0 to 65535.'),
      8788,
    )
    .option(
      '--request <file>',
      'read a captured request (head, empty line, body, as it came) instead of listening',
    )
    .action(async (options: FindHeaderOptions) =>
      (await import('../find-header.ts')).findHeader(terminal, command, options),
    );
}
