import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** How long a statement waits for another process's lock on the file before it fails, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

/** The first version of SQLite without its WAL-reset bug. */
const FIXED = [3, 51, 3];

/**
 * Whether one connection may make checkpoints while another one writes: SQLite before 3.51.3 could damage the file then
 * (https://sqlite.org/wal.html#walresetbug). If not, the writer makes them, and events wait for it.
 *
 * @param version of SQLite; the one that this Node brings unless given
 */
export function checkpointsBesideWrites(version = process.versions.sqlite ?? '0'): boolean {
  const parts = version.split('.').map(Number);
  const differing = FIXED.findIndex((part, index) => part !== parts[index]);
  return differing === -1 || Number(parts[differing]) > Number(FIXED[differing]);
}

/**
 * Opens the ledger's file for writing: every commit is on the disk before it returns (WAL with
 * `synchronous=FULL`, https://sqlite.org/pragma.html#pragma_synchronous). When the log has grown to
 * `pages`, a commit makes a checkpoint itself. With the checkpoints of {@link openForCheckpoints} little is left for it,
 * and the log starts over.
 */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  const pages = checkpointsBesideWrites() ? 8_000 : 2_000;
  database.exec(`
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -16384;
    PRAGMA wal_autocheckpoint = ${pages};
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
