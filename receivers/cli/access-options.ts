import type { Command } from 'commander';
import { webAddress } from './option-values.ts';

/** Where a receiver is and how to get in, as options of a command. */
export interface AccessOptions {
  url?: string;
  token?: string;
}

/** Adds the options by which a command finds the receiver. */
export function withAccessOptions(command: Command): Command {
  return command
    .option('--url <url>', 'the receiver (default: the one on this machine, by HOST and PORT)', webAddress)
    .option(
      '--token <token>',
      'the console’s token (default: CONSOLE_TOKEN, or the file in the data folder)',
    );
}
