import { readFileSync } from 'node:fs';
import { Logger, runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { StorageError } from '../../contract/ledger.ts';
import { openPool } from './connections.ts';
import type { PostgresSettings } from './settings.ts';

/** The schema of the job queue's own tables. */
export const QUEUE_SCHEMA = 'ledger_queue';

/** Any number that only this program uses for an advisory lock. */
const MIGRATION_LOCK = '7310577322187421';

/** How long to wait for another process that migrates, milliseconds. */
const MIGRATION_TIMEOUT_MS = 120_000;

interface Migration {
  sql: string;
  /**
   * The oldest version whose program still works on the schema after this one: while machines are replaced
   * one after the other, old processes run on the new schema. So a version only adds (columns with defaults,
   * functions under new names); what it replaces goes with a later version, once no old process runs.
   */
  worksWith: number;
}

const FIRST = ['tables', 'line', 'accept', 'claim', 'settle', 'replay', 'import', 'prune', 'workers'];

/** The versions of the schema, oldest first. A version that was released is never changed: what is new becomes a further one. */
export const MIGRATIONS: readonly Migration[] = [{ sql: FIRST.map(schemaFile).join('\n'), worksWith: 1 }];

function schemaFile(name: string): string {
  return readFileSync(new URL(`./schema/${name}.sql`, import.meta.url), 'utf8');
}

/** Says nothing: what of the job queue's messages matters is told by the ledger itself. */
export const silentLogger = new Logger(() => () => {});

/**
 * Brings the ledger's schema and the job queue's to the newest version; processes that start at once wait
 * for the first of them. Throws where the schema is too new for this program.
 */
export async function migrate(settings: Required<PostgresSettings>): Promise<void> {
  const patient = { ...settings, statementTimeoutMs: MIGRATION_TIMEOUT_MS };
  const pool = openPool(patient, { connections: 2, name: 'migrating' });
  try {
    const client = await pool.connect();
    try {
      await client.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
      await runMigrations({ pgPool: pool, schema: QUEUE_SCHEMA, logger: silentLogger });
      await migrateLedger(client);
    } finally {
      // The lock ends with the session.
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

async function migrateLedger(client: pg.PoolClient): Promise<void> {
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS ledger;
    CREATE TABLE IF NOT EXISTS ledger.versions (version integer PRIMARY KEY, works_with integer NOT NULL)
  `);
  const { rows } = await client.query<{ version: number; works_with: number }>(
    'SELECT coalesce(max(version), 0) AS version, coalesce(max(works_with), 0) AS works_with FROM ledger.versions',
  );
  const { version, works_with: worksWith } = rows[0] as { version: number; works_with: number };
  if (worksWith > MIGRATIONS.length) {
    throw new StorageError(
      `The ledger was made by a newer version of this service (schema ${version}, known here: ` +
        `${MIGRATIONS.length}). Start that version again, or point DATABASE_URL at another database.`,
    );
  }
  for (let next = version + 1; next <= MIGRATIONS.length; next += 1) {
    const migration = MIGRATIONS[next - 1] as Migration;
    await client.query(
      `BEGIN; ${migration.sql}; INSERT INTO ledger.versions VALUES (${next}, ${migration.worksWith}); COMMIT`,
    );
  }
}
