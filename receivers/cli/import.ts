import type { Command } from 'commander';
import {
  type ImportedSettings,
  type ImportProgress,
  type ImportSource,
  importFromFile,
  importFromFolder,
  importFromStream,
  importLedger,
} from '../operations/import.ts';
import { count } from '../operations/words.ts';
import { orFail } from './receiver-access.ts';
import { settingsOf } from './settings.ts';
import type { Terminal } from './terminal.ts';

const SETTINGS_WORDS: Readonly<Record<Exclude<ImportedSettings, 'none'>, string>> = {
  imported:
    'What was connected in the console is imported. Set SETTINGS_KEY to the content of the file settings-key, unless it was set before.',
  kept: 'What was connected in the console is not imported: the console of this database has settings already.',
};

/** Imports a file or a data folder, and prints how much of it is new. */
export function importEvents(
  terminal: Terminal,
  command: Command,
  file: string | undefined,
  { from }: { from?: string },
): Promise<void> {
  const configuration = settingsOf(terminal, command);
  if (configuration.storage.databaseUrl === null) {
    command.error(
      'error: DATABASE_URL names no database to import into. Set it to postgres://user:password@host:5432/database.',
    );
  }
  if ((file === undefined) === (from === undefined)) {
    command.error('error: Give either a file that `export` wrote, or a data folder with --from.');
  }
  return orFail(terminal, async () => {
    const source = from === undefined ? openFile(terminal, file as string) : await openFolder(terminal, from);
    const { read, added, settings } = await importLedger(configuration, source, (progress) =>
      terminal.progress(progressText(progress)),
    );
    terminal.report(`${count(read, 'event')} read, ${added} of them new in the database.`);
    if (settings !== 'none') {
      terminal.report(SETTINGS_WORDS[settings]);
    }
  });
}

function openFile(terminal: Terminal, file: string): ImportSource {
  return file === '-' ? importFromStream(terminal.input, null) : importFromFile(terminal.path(file));
}

function openFolder(terminal: Terminal, folder: string): Promise<ImportSource> {
  return importFromFolder(terminal.path(folder));
}

function progressText({ read, share }: ImportProgress): string {
  return `${count(read, 'event')} read${share === null ? '' : ` (${Math.floor(share * 100)}%)`}`;
}
