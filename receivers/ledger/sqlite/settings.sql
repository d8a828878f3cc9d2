-- What was set in the console, as JSON documents in which secrets are sealed.
CREATE TABLE settings (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  -- the revision that wrote it
  version INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

-- The audit log. The newest line has the current revision.
CREATE TABLE settings_changes (
  revision INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  entry TEXT NOT NULL
) STRICT;
