import type { Command } from 'commander';
import { SAMPLES } from '../../operations/samples.ts';
import { withAccessOptions } from '../access-options.ts';
import type { PreviewOptions } from '../preview.ts';
import type { Terminal } from '../terminal.ts';

/** `preview`: how an event looks at a destination. Nothing is sent. */
export function defineCommand(command: Command, terminal: Terminal): void {
  withAccessOptions(command)
    .argument(
      '<event>',
      `a sample (${SAMPLES.join(', ')}), a file with a webhook body, or the key of an event`,
    )
    .option('--destination <name>', 'only this one, by its name or kind, such as slack')
    .option('--document', 'as it is sent: JSON, or the mail as HTML')
    .option('--out <file>', 'write that document to a file, to open it (needs --destination)')
    .action(async (event: string, options: PreviewOptions) => {
      if (options.out !== undefined && options.destination === undefined) {
        command.error('error: Say which one to write: --destination email');
      }
      return (await import('../preview.ts')).preview(terminal, command, event, options);
    });
}
