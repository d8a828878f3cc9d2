import type { Command } from 'commander';
import { restore } from '../operations/backup.ts';
import { count } from '../operations/words.ts';
import { orFail } from './receiver-access.ts';
import { settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Makes the ledger from a backup. */
export function restoreFrom(terminal: Terminal, command: Command, from: string): Promise<void> {
  const { storage } = settingsOf(terminal, command);
  return orFail(terminal, async () => {
    const events = await restore(storage, terminal.path(from));
    terminal.report(
      `${count(events, 'event')} restored to ${storage.dataFolder}. Start the receiver, then run reconcile to find ` +
        'what came after the backup.',
    );
  });
}
