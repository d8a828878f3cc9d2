import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

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
  const database = new DatabaseSync(join(folder, 'process.lock'));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (/locked/.test((error as Error).message)) {
      throw new FolderInUse(
        `Another receiver is running on the data folder ${folder}. Stop it first, or give this one a ` +
          'folder of its own (DATA_DIR) or a database that both may use (DATABASE_URL).',
      );
    }
    throw error;
  }
  return () => database.close();
}
