import { readFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

/**
 * The versions of the schema, oldest first. A version that was released is never changed: what is new becomes a
 * further version. `PRAGMA user_version` says which one a file has.
 */
export const MIGRATIONS: readonly string[] = [readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')];

/** Marks the files of released versions; those of development versions have 0. */
const APPLICATION_ID = 0x49_47_4c_52;

/** Brings a ledger file to the newest version of the schema, in one transaction. */
export function migrate(database: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  const version = pragma(database, 'user_version');
  if (version > 0 && pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new Error(
      'The file ledger.sqlite was written by a development version from before 0.1.0, which this version cannot ' +
        'read. To keep its events, start the version that wrote it and run npm run export there. Then move ' +
        'ledger.sqlite, ledger.sqlite-wal and ledger.sqlite-shm out of the data folder, and start again with an empty ledger.',
    );
  }
  if (version > migrations.length) {
    throw new Error(
      `The file ledger.sqlite was written by a newer version of this receiver (schema ${version}; this version ` +
        `knows ${migrations.length}). Start the newer version again, or set DATA_DIR to another folder.`,
    );
  }
  if (version < migrations.length) {
    const missing = migrations.slice(version).join(';\n');
    database.exec(`
      BEGIN IMMEDIATE;
      ${missing};
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${migrations.length};
      COMMIT`);
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return (database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] as number;
}
