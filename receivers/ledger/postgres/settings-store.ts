import type pg from 'pg';
import {
  KEPT_CHANGES,
  type SettingsChange,
  type SettingsDocument,
  type SettingsLogEntry,
  type SettingsStore,
} from '../../contract/settings-store.ts';
import { storable } from './write.ts';

interface Parts {
  pool: pg.Pool;
  readPool: pg.Pool;
  /** Turns what the database says into the error that callers know. */
  refusing<T>(task: () => Promise<T>): Promise<T>;
}

/** What was set in the console, in the tables of the ledger. */
export function settingsStore({ pool, readPool, refusing }: Parts): SettingsStore {
  return {
    read: () =>
      refusing(async () => {
        // One statement, so that the revision fits the documents.
        const { rows } = await readPool.query<{ revision: number; documents: SettingsDocument[] }>(
          `SELECT ledger.settings_revision() AS revision, (
            SELECT coalesce(json_agg(s ORDER BY s.kind, s.id), '[]') FROM ledger.settings s
          ) AS documents`,
        );
        return rows[0] as (typeof rows)[0];
      }),
    revision: () =>
      refusing(async () => {
        const { rows } = await readPool.query<{ revision: number }>(
          'SELECT ledger.settings_revision() AS revision',
        );
        return rows[0]?.revision ?? 0;
      }),
    write: ({ basedOn, put, remove, at, entry }: SettingsChange) =>
      refusing(async () => {
        const { rows } = await pool.query<{ written: boolean }>(
          'SELECT ledger.change_settings($1, $2, $3, $4, $5, $6, $7, $8, $9) AS written',
          [
            basedOn,
            put.map(({ kind }) => kind),
            put.map(({ id }) => id),
            put.map(({ value }) => storable(value)),
            remove.map(({ kind }) => kind),
            remove.map(({ id }) => id),
            at,
            storable(entry),
            KEPT_CHANGES,
          ],
        );
        return rows[0]?.written ?? false;
      }),
    log: ({ before, limit }) =>
      refusing(async () => {
        const { rows } = await readPool.query<SettingsLogEntry>(
          `SELECT revision, at, entry FROM ledger.settings_changes WHERE $1::bigint IS NULL OR revision < $1
          ORDER BY revision DESC LIMIT $2`,
          [before, limit],
        );
        return rows;
      }),
  };
}
