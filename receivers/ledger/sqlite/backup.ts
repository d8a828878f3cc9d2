import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { openForReading } from './connection.ts';
import { checkSchema } from './migrate.ts';

/** More pages than a file can have; Node takes none of SQLite's negative numbers for all. */
const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies a ledger, as it is at one moment, into a new file, also while a receiver writes to it: SQLite's online backup
 * (https://sqlite.org/backup.html) through a connection that only reads. The file appears when it is whole, checked and
 * on the disk. Rejects if it exists already or cannot be written, or if the source is damaged or not a ledger.
 *
 * @returns how many events it has
 */
export async function copyLedger(source: string, file: string): Promise<number> {
  if (existsSync(file)) {
    throw new Error(`${file} exists already`);
  }
  const unfinished = `${file}.unfinished-${process.pid}`;
  // Only its owner may read it: it has everything that the ledger has.
  closeSync(openSync(unfinished, 'wx', 0o600));
  try {
    const database = openForReading(source);
    try {
      checkSchema(database);
      // All pages in one step: a copy in steps starts over whenever the receiver writes.
      await backup(database, unfinished, { rate: ALL_PAGES });
    } finally {
      database.close();
    }
    const events = examine(unfinished);
    sync(unfinished);
    renameSync(unfinished, file);
    return events;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Counts the events of a copy that no other program uses. Throws if it is damaged. */
function examine(file: string): number {
  const database = new DatabaseSync(file);
  try {
    // Without a write-ahead log, the copy is one file, and can be read where nothing can be written.
    database.exec('PRAGMA journal_mode = DELETE');
    const { quick_check: state } = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
    if (state !== 'ok') {
      throw new Error(`the ledger is damaged: ${state}`);
    }
    return (database.prepare('SELECT COUNT(*) AS events FROM events').get() as { events: number }).events;
  } finally {
    database.close();
  }
}

function sync(file: string): void {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
