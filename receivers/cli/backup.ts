import type { Command } from 'commander';
import { backUp } from '../operations/backup.ts';
import { madeWebhookSecret, webhookSecretFile } from '../operations/made-secrets.ts';
import { count } from '../operations/words.ts';
import { orFail } from './receiver-access.ts';
import { settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** `backup`: copies the ledger into one file. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command.requiredOption('--to <file>', 'the new file').action(({ to }: { to: string }) => {
    const { storage } = settingsOf(terminal, command);
    return orFail(terminal, async () => {
      const events = await backUp(storage, terminal.path(to));
      terminal.report(`${count(events, 'event')} backed up to ${to}.`);
      if (madeWebhookSecret(storage.dataFolder) !== null) {
        terminal.report(
          `Secrets and settings are not in it. Also keep ${webhookSecretFile(storage.dataFolder)}: without it, a ` +
            'receiver on a new data folder makes another secret and refuses every webhook.',
        );
      }
    });
  });
}
