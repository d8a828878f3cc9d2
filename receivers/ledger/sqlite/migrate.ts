import { readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { copyBeforeUpgrade, removeCopy } from './upgrade-copy.ts';

/**
 * The versions of the schema, oldest first. A version that was released is never changed: changes go into a
 * new version. `PRAGMA user_version` says which one a file has.
 */
export const MIGRATIONS: readonly string[] = ['./schema.sql', './settings.sql'].map((file) =>
  readFileSync(new URL(file, import.meta.url), 'utf8'),
);

/** Marks the files of released versions; those of development versions have 0. */
const APPLICATION_ID = 0x49_47_4c_52;

/** An upgrade that was made, with the copy of the file from before it. */
export interface Upgrade {
  from: number;
  to: number;
  copy: string;
}

/**
 * Brings a ledger file to the newest version of the schema. All missing versions share one transaction: a failed
 * upgrade leaves the file unchanged. A copy of the file is made before, for going back to the earlier version.
 *
 * @param file its path; absent for a database in memory
 * @returns the upgrade; null if the file is new or had the newest version already
 */
export function migrate(
  database: DatabaseSync,
  file?: string,
  migrations: readonly string[] = MIGRATIONS,
): Upgrade | null {
  const from = pragma(database, 'user_version');
  const to = migrations.length;
  refuseForeign(database, from, to);
  if (from === to) {
    return null;
  }
  if (from === 0 || file === undefined) {
    apply(database, migrations);
    return null;
  }
  const copy = copyBeforeUpgrade(database, file, from);
  try {
    apply(database, migrations.slice(from), to);
  } catch (error) {
    removeCopy(copy);
    throw new Error(
      `The upgrade of ledger.sqlite from schema ${from} to ${to} failed and was undone; the file is unchanged. ` +
        `To go on, start the earlier version of this receiver again, and report what went wrong: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return { from, to, copy };
}

/** Throws if this is not the database of a ledger that this version can read, or upgrade and then read. */
export function checkSchema(database: DatabaseSync): void {
  const version = pragma(database, 'user_version');
  if (version === 0) {
    throw new Error('it is not a ledger of this receiver');
  }
  refuseForeign(database, version, MIGRATIONS.length);
}

function refuseForeign(database: DatabaseSync, version: number, known: number): void {
  if (version > 0 && pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new Error(
      'The file ledger.sqlite was written by a development version from before 0.1.0, which this version cannot ' +
        'read. To keep its events, start the version that wrote it and run its export command. Then move ' +
        'ledger.sqlite, ledger.sqlite-wal and ledger.sqlite-shm out of the data folder, and start again with an empty ledger.',
    );
  }
  if (version > known) {
    throw new Error(
      `The file ledger.sqlite was written by a newer version of this receiver (schema ${version}; this version ` +
        `knows ${known}). Start the newer version again. To go back to this one, stop the receiver and put the copy ` +
        `ledger.sqlite.schema-${known} in the data folder, if it is still there, over ledger.sqlite: events ` +
        'that came after the upgrade are then lost.',
    );
  }
}

function apply(database: DatabaseSync, missing: readonly string[], version = missing.length): void {
  try {
    database.exec(`
      BEGIN IMMEDIATE;
      ${missing.join(';\n')};
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${version};
      COMMIT`);
  } catch (error) {
    if (database.isTransaction) {
      database.exec('ROLLBACK');
    }
    throw error;
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return (database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] as number;
}
