/** A part of what was set in the console. Its value is JSON, in which secrets are sealed. */
export interface SettingsDocument {
  kind: string;
  id: string;
  /** The revision that wrote it. */
  version: number;
  value: string;
}

/** A change of the settings: all of it is written, or nothing. */
export interface SettingsChange {
  /** The revision that the change is based on. */
  basedOn: number;
  /** Milliseconds since 1970. */
  at: number;
  put: readonly Omit<SettingsDocument, 'version'>[];
  remove: readonly Pick<SettingsDocument, 'kind' | 'id'>[];
  /** What changed, as JSON, for the audit log. */
  entry: string;
}

/** A change in the audit log. */
export interface SettingsLogEntry {
  revision: number;
  /** Milliseconds since 1970. */
  at: number;
  entry: string;
}

/** The audit log keeps this many changes. */
export const KEPT_CHANGES = 1_000;

/** What was set in the console, in the ledger. Retention does not remove it. Methods may reject with a StorageError. */
export interface SettingsStore {
  read(): Promise<{ revision: number; documents: SettingsDocument[] }>;
  /** Counts the changes, from 0. */
  revision(): Promise<number>;
  /** Resolves when the change is on disk; false if the revision is another by now, and nothing was written. */
  write(change: SettingsChange): Promise<boolean>;
  /** The audit log, newest first: at most `limit` changes before the one of this revision. */
  log(page: { before: number | null; limit: number }): Promise<SettingsLogEntry[]>;
}
