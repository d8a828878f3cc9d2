import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storageAdvice } from './storage-advice.ts';

/** Another process runs on the data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/**
 * Takes a data folder for this process alone. The lock is the operating system's own on a small SQLite file, so it ends
 * with the process, however that ends. Throws {@link FolderInUse} if another process holds it.
 *
 * @returns the locked file, and a function that releases the lock
 */
export function lockDataFolder(folder: string): { file: string; release(): void } {
  const file = join(folder, 'process.lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const { message } = error as Error;
    throw /locked/.test(message)
      ? new FolderInUse(taken(folder), { cause: error })
      : new Error(storageAdvice(message, 'start'), { cause: error });
  }
  return { file, release: () => database.close() };
}

function taken(folder: string): string {
  return (
    `Another receiver is running on the data folder ${folder}. Stop it first, or give this one a ` +
    'folder of its own (DATA_DIR) or a database that both may use (DATABASE_URL).'
  );
}
