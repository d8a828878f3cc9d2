import type { Command } from 'commander';
import { backUp } from '../operations/backup.ts';
import { filesToKeepWithBackup } from '../operations/made-secrets.ts';
import { count } from '../operations/words.ts';
import { orFail } from './receiver-access.ts';
import { settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Copies the ledger into a file, and names the files to keep with it. */
export function backUpTo(terminal: Terminal, command: Command, to: string): Promise<void> {
  const { storage } = settingsOf(terminal, command);
  return orFail(terminal, async () => {
    const events = await backUp(storage, terminal.path(to));
    terminal.report(`${count(events, 'event')} backed up to ${to}.`);
    const files = filesToKeepWithBackup(storage.dataFolder);
    if (files.length > 0) {
      const lines = files.map(({ path, withoutIt }) => `  ${path}: without it, ${withoutIt}.`);
      terminal.report(['It has no secrets. Also keep, apart from it:', ...lines].join('\n'));
    }
  });
}
