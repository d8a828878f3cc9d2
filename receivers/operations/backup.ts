import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDataFolder } from '../base/data-folder.ts';
import type { Configuration } from '../config/configuration.ts';
import { LEDGER_FILE } from '../ledger/ledger-file.ts';

type Storage = Configuration['storage'];

/**
 * Copies the ledger of a data folder into one new file, also while a receiver runs on it. Rejects with what to do if
 * that is not possible.
 *
 * @returns how many events the file has
 */
export async function backUp({ dataFolder, databaseUrl }: Storage, file: string): Promise<number> {
  refuseDatabase(
    databaseUrl,
    'pg_dump --format=custom --schema=ledger --schema=ledger_queue --file FILE "$DATABASE_URL"',
  );
  const ledger = join(dataFolder, LEDGER_FILE);
  if (!existsSync(ledger)) {
    throw new Error(
      `There is no ledger in the data folder ${resolve(dataFolder)}. Set DATA_DIR to the folder that the receiver uses.`,
    );
  }
  if (existsSync(file)) {
    throw new Error(`${file} exists already. Give --to a new file.`);
  }
  const { copyLedger } = await import('../ledger/sqlite/backup.ts');
  try {
    return await copyLedger(ledger, file);
  } catch (error) {
    throw new Error(`The backup ${file} was not made: ${reason(error)}.`, { cause: error });
  }
}

/**
 * Makes the ledger of a data folder that has none from a backup, which stays. Rejects with what to do if the folder has
 * one, if a receiver runs on it, or if the file is damaged or not a backup.
 *
 * @returns how many events it has
 */
export async function restore({ dataFolder, databaseUrl }: Storage, file: string): Promise<number> {
  refuseDatabase(databaseUrl, 'pg_restore --no-owner --single-transaction --dbname "$DATABASE_URL" FILE');
  if (!existsSync(file)) {
    throw new Error(`There is no file ${file}. Give --from a file that the command backup wrote.`);
  }
  makeDataFolder(dataFolder);
  const { lockDataFolder } = await import('../ledger/sqlite/lock.ts');
  const { copyLedger } = await import('../ledger/sqlite/backup.ts');
  const lock = lockDataFolder(dataFolder);
  try {
    const present = readdirSync(dataFolder).filter((name) => name.startsWith(LEDGER_FILE));
    if (present.length > 0) {
      throw new Error(
        `The data folder ${resolve(dataFolder)} has a ledger already (${present.join(', ')}). Nothing was changed. ` +
          'Set DATA_DIR to another folder, or move these files away first.',
      );
    }
    return await copyLedger(file, join(dataFolder, LEDGER_FILE)).catch((error) => {
      throw new Error(`${file} was not restored: ${reason(error)}.`, { cause: error });
    });
  } finally {
    lock.release();
  }
}

function refuseDatabase(databaseUrl: string | null, command: string): void {
  if (databaseUrl !== null) {
    throw new Error(`The ledger is in the database of DATABASE_URL. Use PostgreSQL’s own tool: ${command}`);
  }
}

/** The end of a sentence, without its period. */
function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const isOfFileSystem = code !== undefined && /^E[A-Z]+$/.test(code);
  return isOfFileSystem ? `the folder cannot be written (${code})` : message.replace(/[.]$/, '');
}
