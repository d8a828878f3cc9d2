import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** How long a statement waits for another process's lock on the file before it fails, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens the ledger's file for writing: every commit is on the disk before it returns (WAL with
 * `synchronous=FULL`, https://sqlite.org/pragma.html#pragma_synchronous). A commit does a checkpoint itself only
 * where the log has grown to this many pages: it does what those beside it ({@link openForCheckpoints}) left, and
 * the log begins anew.
 */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  database.exec(`
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = 8000;
    PRAGMA journal_size_limit = 67108864;
  `);
  return database;
}

/** Opens the ledger's file for checkpoints only. It must exist. */
export function openForCheckpoints(file: string): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set('mode', 'rw');
  return new DatabaseSync(url);
}

/** Opens the ledger's file for reading only. It must exist. */
export function openForReading(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
}
