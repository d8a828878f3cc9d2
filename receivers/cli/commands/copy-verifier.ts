import { type Command, Option } from 'commander';
import { copyVerifier, LANGUAGES, type Language } from '../../operations/copy-verifier.ts';
import type { Terminal } from '../terminal.ts';

interface CopyOptions {
  language: Language;
  web?: boolean;
  force?: boolean;
}

/** `copy-verifier`: puts the verifier into somebody's project. */
export function defineCommand(command: Command, terminal: Terminal): void {
  command
    .argument('[folder]', 'where to put the file', '.')
    .addOption(new Option('--language <language>', 'the language').choices(LANGUAGES).default('ts'))
    .option('--web', 'the verifier for edge runtimes and browsers, which needs only Web Crypto (ts and js)')
    .option('--force', 'replace a file that is already there')
    .action((folder: string, { language, web = false, force = false }: CopyOptions) => {
      try {
        const file = copyVerifier(terminal.path(folder), { language, web, replace: force });
        terminal.printLine(`Copied to ${file}. It needs no other file.`);
      } catch (error) {
        terminal.fail((error as Error).message);
      }
    });
}
