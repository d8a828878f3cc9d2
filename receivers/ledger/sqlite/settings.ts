import type { DatabaseSync } from 'node:sqlite';
import {
  KEPT_CHANGES,
  type SettingsChange,
  type SettingsDocument,
  type SettingsLogEntry,
} from '../../contract/settings-store.ts';

const REVISION = 'SELECT COALESCE(MAX(revision), 0) AS revision FROM settings_changes';

/** Reads what was set in the console. */
export function prepareSettingsQueries(database: DatabaseSync) {
  const revision = database.prepare(REVISION);
  // One statement, so that the revision fits the documents.
  const documents = database.prepare(`
    SELECT r.revision, s.kind, s.id, s.version, s.value FROM (${REVISION}) r LEFT JOIN settings s ORDER BY s.kind, s.id
  `);
  const log = database.prepare(`
    SELECT revision, at, entry FROM settings_changes WHERE ?1 IS NULL OR revision < ?1 ORDER BY revision DESC LIMIT ?2
  `);
  return {
    settingsRevision: (): number => (revision.get() as { revision: number }).revision,
    settings(): { revision: number; documents: SettingsDocument[] } {
      const rows = documents.all() as unknown as (SettingsDocument & { revision: number })[];
      return {
        revision: rows[0]?.revision ?? 0,
        documents: rows
          .filter(({ id }) => id !== null)
          .map(({ kind, id, version, value }) => ({ kind, id, version, value })),
      };
    },
    settingsLog: ({ before, limit }: { before: number | null; limit: number }): SettingsLogEntry[] =>
      log.all(before, limit).map((row) => ({ ...row }) as unknown as SettingsLogEntry),
  };
}

/** Changes what was set in the console. */
export function prepareSettingsChanges(database: DatabaseSync) {
  const current = database.prepare(REVISION);
  const put = database.prepare(`
    INSERT INTO settings (kind, id, version, value) VALUES (?, ?, ?, ?)
    ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, value = excluded.value
  `);
  const remove = database.prepare('DELETE FROM settings WHERE kind = ? AND id = ?');
  const note = database.prepare('INSERT INTO settings_changes (revision, at, entry) VALUES (?, ?, ?)');
  const forget = database.prepare('DELETE FROM settings_changes WHERE revision <= ?');
  return {
    /** False if the revision is another by now, and nothing was written. */
    changeSettings(change: SettingsChange): boolean {
      const { revision } = current.get() as { revision: number };
      if (revision !== change.basedOn) {
        return false;
      }
      const next = revision + 1;
      for (const { kind, id } of change.remove) {
        remove.run(kind, id);
      }
      for (const { kind, id, value } of change.put) {
        put.run(kind, id, next, value);
      }
      note.run(next, change.at, change.entry);
      forget.run(next - KEPT_CHANGES);
      return true;
    },
  };
}
