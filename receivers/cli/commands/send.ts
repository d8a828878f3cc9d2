import { type Command, InvalidArgumentError } from 'commander';
import { SAMPLES } from '../../operations/samples.ts';
import { webAddress } from '../option-values.ts';
import type { SendOptions } from '../send.ts';
import type { Terminal } from '../terminal.ts';

/** `send`: posts a correctly signed sample event to a receiver, and prints the response. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .argument('[sample]', `one of ${SAMPLES.join(', ')}`)
    .option('--all', 'send all six events of a new experience, in order')
    .option('--body <file>', 'send this file as it is')
    .option('--url <url>', 'where to (default: the receiver on this machine, by its settings)', webAddress)
    .option(
      '--secret <secret>',
      'what to sign with (default: by the settings, or what the receiver made)',
      writtenSecret,
    )
    .option('--source <name>', 'the source of receivers.yaml to send as (default: the one without a name)')
    .option('--forge', 'sign with a wrong secret, to see it refused (without a sample: start)')
    .action(async (sample: string | undefined, options: SendOptions) =>
      (await import('../send.ts')).sendSamples(terminal, command, sample, options),
    );
}

function writtenSecret(written: string): string {
  if (written === '') {
    throw new InvalidArgumentError('It is empty. Write the secret, or leave out --secret.');
  }
  return written;
}
