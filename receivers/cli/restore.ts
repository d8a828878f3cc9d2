import type { Command } from 'commander';
import { restore } from '../operations/backup.ts';
import { count } from '../operations/words.ts';
import { orFail } from './receiver-access.ts';
import { settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** `restore`: makes the ledger of an empty data folder from a backup. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .requiredOption('--from <file>', 'a file that `backup` wrote')
    .addHelpText(
      'after',
      '\nDeliveries that were waiting when the backup was made are sent after the next start, also if they were sent since.',
    )
    .action(({ from }: { from: string }) => {
      const { storage } = settingsOf(terminal, command);
      return orFail(terminal, async () => {
        const events = await restore(storage, terminal.path(from));
        terminal.report(
          `${count(events, 'event')} restored to ${storage.dataFolder}. Start the receiver, then run reconcile to find ` +
            'what came after the backup.',
        );
      });
    });
}
