import type { DatabaseSync } from 'node:sqlite';

/**
 * The versions of the schema, oldest first. A version that has been published is never changed: what
 * is new comes as a further one. `PRAGMA user_version` tells which a file has reached.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    action TEXT,
    experience_id TEXT,
    experience_name TEXT,
    organization_id TEXT,
    occurred_at INTEGER,
    received_at INTEGER NOT NULL,
    problem TEXT,
    late INTEGER NOT NULL,
    triggered_by TEXT,
    -- the event of the same experience that was accepted before this one
    before_sequence INTEGER
  ) STRICT;
  CREATE INDEX events_received ON events (received_at);

  CREATE TABLE bodies (
    sequence INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    headers TEXT NOT NULL
  ) STRICT;

  CREATE TABLE experiences (
    experience_id TEXT PRIMARY KEY,
    name TEXT,
    organization_id TEXT,
    source TEXT NOT NULL,
    events INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    latest_occurred_at INTEGER,
    last_sequence INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE deliveries (
    -- the event's sequence times 1,000, and a number of its own
    id INTEGER PRIMARY KEY,
    destination TEXT NOT NULL,
    route TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    quiet_ms INTEGER,
    held_since INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    uncertain INTEGER NOT NULL DEFAULT 0,
    replay INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    merged_into INTEGER
  ) STRICT;
  CREATE INDEX deliveries_open ON deliveries (id) WHERE state IN ('waiting', 'ready', 'running');
  CREATE INDEX deliveries_dead ON deliveries (destination, id) WHERE state = 'dead';
  CREATE INDEX deliveries_merged ON deliveries (merged_into) WHERE merged_into IS NOT NULL;

  CREATE TABLE attempts (
    delivery_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    note TEXT,
    answer TEXT,
    PRIMARY KEY (delivery_id, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE health (
    destination TEXT PRIMARY KEY,
    paused_until INTEGER NOT NULL,
    pause_reason TEXT,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    last_success_at INTEGER,
    last_failure_at INTEGER,
    last_failure TEXT,
    probing INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE facts (
    destination TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (destination, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- what every event changes of its experience stands by itself: the events of a commit touch few pages
  CREATE TABLE experience_heads (
    id INTEGER PRIMARY KEY,
    events INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    latest_occurred_at INTEGER,
    last_sequence INTEGER NOT NULL
  ) STRICT;
  ALTER TABLE experiences RENAME TO experiences_before;
  CREATE TABLE experiences (
    id INTEGER PRIMARY KEY,
    experience_id TEXT NOT NULL UNIQUE,
    name TEXT,
    organization_id TEXT,
    source TEXT NOT NULL,
    first_at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO experiences (experience_id, name, organization_id, source, first_at)
    SELECT experience_id, name, organization_id, source, first_at FROM experiences_before;
  INSERT INTO experience_heads (id, events, last_at, latest_occurred_at, last_sequence)
    SELECT id, b.events, b.last_at, b.latest_occurred_at, b.last_sequence
    FROM experiences_before b JOIN experiences USING (experience_id);
  DROP TABLE experiences_before;
  `,
  `
  -- what a delivery is kept in order with at its destination, where that is not its event's experience
  ALTER TABLE deliveries ADD COLUMN lane TEXT;
  `,
];

/** Brings a ledger file to the newest schema; each version in a transaction of its own. */
export function migrate(database: DatabaseSync): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > MIGRATIONS.length) {
    throw new Error(
      `The ledger was written by a newer version of this service (schema ${row.user_version}, known here: ` +
        `${MIGRATIONS.length}). Start that version again, or point DATA_DIR at another folder.`,
    );
  }
  for (let version = row.user_version; version < MIGRATIONS.length; version += 1) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[version]}; PRAGMA user_version = ${version + 1}; COMMIT`);
  }
}
