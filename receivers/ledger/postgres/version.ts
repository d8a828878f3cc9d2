import { openPool, storageError } from './connections.ts';
import { completeSettings, type PostgresSettings } from './settings.ts';

/**
 * The version of the PostgreSQL server, asked over a connection like those of the ledger. Changes nothing in the
 * database. Rejects with a StorageError that says what to do.
 */
export async function serverVersion(given: PostgresSettings): Promise<string> {
  const pool = openPool(completeSettings(given), { connections: 1, name: 'check' });
  try {
    const { rows } = await pool.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  } catch (error) {
    throw storageError(error);
  } finally {
    await pool.end();
  }
}
