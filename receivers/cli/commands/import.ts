import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** `import`: imports another ledger into the database of DATABASE_URL. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .argument('[file]', 'a file that `export` wrote; - for the standard input')
    .option(
      '--from <folder>',
      'the data folder of a stopped receiver, including what destinations remember, such as the Slack message of each experience, and what was connected in the console (set SETTINGS_KEY to the content of its file settings-key)',
    )
    .addHelpText(
      'after',
      '\nWhat the database already has stays, so an import that was interrupted can be run again.',
    )
    .action(async (file: string | undefined, options: { from?: string }) =>
      (await import('../import.ts')).importEvents(terminal, command, file, options),
    );
}
