import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';
import type { VerifyOptions } from '../verify.ts';

/** `verify`: checks whether a signature matches a body. The exit code is 1 if it does not. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .option('--secret <secret...>', 'the secret, or several (default: those of the receiver)')
    .requiredOption('--signature <value>', 'the value of the signature header, exactly as it came')
    .requiredOption('--body <file>', 'a file with the raw body; - for the standard input')
    .option('--previous-secret <secret...>', 'secrets that are no longer accepted, to recognize them', [])
    .option('--header <name>', 'the name of the signature header', 'X-Intelligems-Signature')
    .action(async (options: VerifyOptions) =>
      (await import('../verify.ts')).verify(terminal, command, options),
    );
}
