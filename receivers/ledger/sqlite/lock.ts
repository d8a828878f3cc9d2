import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storageAdvice } from './storage-advice.ts';

/** Another process runs on the data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/**
 * Takes a data folder for this process alone. The lock is the operating system's own on a small SQLite
 * file, so it ends with the process, however that ends. Throws {@link FolderInUse} if another process holds it.
 *
 * @returns a function that gives the folder free
 */
export function lockDataFolder(folder: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(folder, 'process.lock'));
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const { message } = error as Error;
    throw /locked/.test(message)
      ? new FolderInUse(taken(folder), { cause: error })
      : new Error(storageAdvice(message), { cause: error });
  }
  return () => database.close();
}

function taken(folder: string): string {
  return (
    `Another receiver is running on the data folder ${folder}. Stop it first, or give this one a ` +
    'folder of its own (DATA_DIR) or a database that both may use (DATABASE_URL).'
  );
}
