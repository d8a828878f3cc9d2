-- Times are milliseconds since 1970 (UTC). Names of destinations and sources are those of the settings.

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

-- An experience is identified by its source and its id: two sources may post the same id.
CREATE TABLE experiences (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  experience_id TEXT NOT NULL,
  name TEXT,
  organization_id TEXT,
  first_at INTEGER NOT NULL,
  UNIQUE (experience_id, source)
) STRICT;

-- What every event changes about its experience. A narrow table, so that the events of one commit touch few pages.
CREATE TABLE experience_heads (
  id INTEGER PRIMARY KEY,
  events INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  latest_occurred_at INTEGER,
  last_sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE deliveries (
  -- the event's sequence times 1,000, plus a number within the event
  id INTEGER PRIMARY KEY,
  destination TEXT NOT NULL,
  route TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  -- how long it waits until due_at, milliseconds: a wait never exceeds this, whatever the clock does meanwhile
  wait_ms INTEGER NOT NULL,
  quiet_ms INTEGER,
  held_since INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  uncertain INTEGER NOT NULL DEFAULT 0,
  replay INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  merged_into INTEGER,
  -- deliveries of a destination with the same key stay in order; null for the key of the event's experience
  ordering_key TEXT
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
  -- how long the pause is, milliseconds: it never lasts longer, whatever the clock does meanwhile
  pause_ms INTEGER NOT NULL,
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
