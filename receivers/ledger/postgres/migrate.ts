import { readFileSync } from 'node:fs';
import { Logger, runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { StorageError } from '../../contract/ledger.ts';
import { openPool, storageError } from './connections.ts';
import type { PostgresSettings } from './settings.ts';

/** The schema of the job queue's own tables. */
export const QUEUE_SCHEMA = 'ledger_queue';

/** Any number that only this program uses for an advisory lock. */
const MIGRATION_LOCK = '7310577322187421';

/** How long to wait for another process that migrates, milliseconds. */
const MIGRATION_TIMEOUT_MS = 120_000;

export interface Migration {
  sql: string;
  /**
   * The oldest version whose program still works on the schema after this one: while machines are replaced one after
   * the other, old processes run on the new schema. So a version only adds (columns with defaults, functions under new
   * names). What it replaces is removed by a later version, once no old process runs.
   */
  worksWith: number;
}

const FIRST = ['tables', 'line', 'accept', 'claim', 'settle', 'replay', 'import', 'prune', 'workers'];

/** The versions of the schema, oldest first. A version that was released is never changed: what is new becomes a further one. */
export const MIGRATIONS: readonly Migration[] = [
  { sql: FIRST.map(schemaFile).join('\n'), worksWith: 1 },
  { sql: schemaFile('destinations'), worksWith: 1 },
  { sql: schemaFile('settings'), worksWith: 1 },
];

function schemaFile(name: string): string {
  return readFileSync(new URL(`./schema/${name}.sql`, import.meta.url), 'utf8');
}

/** Logs nothing: the ledger itself reports what matters about the job queue. */
export const silentLogger = new Logger(() => () => {});

/**
 * Brings the ledger's schema and the job queue's to the newest version. Processes that start at the same time wait for
 * the first of them. Throws if the schema is too new for this program, or an upgrade fails.
 */
export async function migrate(
  settings: Required<PostgresSettings>,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const patient = { ...settings, statementTimeoutMs: MIGRATION_TIMEOUT_MS };
  const pool = openPool(patient, { connections: 2, name: 'migrating' });
  try {
    const client = await pool.connect();
    try {
      await client.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
      await refuseDevelopmentSchema(client);
      await runMigrations({ pgPool: pool, schema: QUEUE_SCHEMA, logger: silentLogger });
      await migrateLedger(client, migrations);
    } finally {
      // The lock ends with the session.
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

/** Development versions kept their versions in another table. */
async function refuseDevelopmentSchema(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('ledger.versions') IS NOT NULL AS found",
  );
  if (rows[0]?.found) {
    throw new StorageError(
      'The ledger in this database was made by a development version from before 0.1.0, which this version cannot read. ' +
        'To keep its events, start the version that made it and run its export command. Then remove the schemas ' +
        'ledger and ledger_queue (DROP SCHEMA ledger, ledger_queue CASCADE), or set DATABASE_URL to another database.',
    );
  }
}

async function migrateLedger(client: pg.PoolClient, migrations: readonly Migration[]): Promise<void> {
  const { version, worksWith } = await schemaVersion(client);
  if (worksWith > migrations.length) {
    throw new StorageError(
      `The ledger in this database was made by a newer version of this receiver (schema ${version}; this version ` +
        `knows ${migrations.length}). Start the newer version again, or set DATABASE_URL to another database.`,
    );
  }
  if (version >= migrations.length) {
    return;
  }
  try {
    await client.query('BEGIN');
    await client.query(`
      CREATE SCHEMA IF NOT EXISTS ledger;
      CREATE TABLE IF NOT EXISTS ledger.schema_versions (version integer PRIMARY KEY, works_with integer NOT NULL)
    `);
    for (let next = version + 1; next <= migrations.length; next += 1) {
      const migration = migrations[next - 1] as Migration;
      await client.query(migration.sql);
      await client.query('INSERT INTO ledger.schema_versions VALUES ($1, $2)', [next, migration.worksWith]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw version === 0 ? error : failedUpgrade(error, version, migrations.length);
  }
}

async function schemaVersion(client: pg.PoolClient): Promise<{ version: number; worksWith: number }> {
  const found = await client.query<{ found: boolean }>(
    "SELECT to_regclass('ledger.schema_versions') IS NOT NULL AS found",
  );
  if (!found.rows[0]?.found) {
    return { version: 0, worksWith: 0 };
  }
  const { rows } = await client.query<{ version: number; worksWith: number }>(
    'SELECT coalesce(max(version), 0) AS version, coalesce(max(works_with), 0) AS "worksWith" FROM ledger.schema_versions',
  );
  return rows[0] as { version: number; worksWith: number };
}

function failedUpgrade(error: unknown, from: number, to: number): StorageError {
  const { message } = storageError(error);
  return new StorageError(
    `The upgrade of the ledger in the database from schema ${from} to ${to} failed and was undone; nothing has changed. ` +
      `To go on, start the earlier version of this receiver again, and report what went wrong: ${message}`,
    { cause: error },
  );
}
