-- What was set in the console, as JSON documents in which secrets are sealed.
CREATE TABLE ledger.settings (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  -- the revision that wrote it
  version bigint NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (kind, id)
);

-- The audit log. The newest line has the current revision.
CREATE TABLE ledger.settings_changes (
  revision bigint PRIMARY KEY,
  at bigint NOT NULL,
  entry text NOT NULL
);

CREATE FUNCTION ledger.settings_revision() RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(max(revision), 0) FROM ledger.settings_changes
$$;

-- Writes a change; false if the revision is another by now, and nothing was written.
CREATE FUNCTION ledger.change_settings(
  based_on bigint, put_kinds text[], put_ids text[], put_values text[], remove_kinds text[], remove_ids text[],
  changed_at bigint, new_entry text, kept bigint
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  -- Changes come one after the other; reading goes on meanwhile.
  LOCK TABLE ledger.settings_changes IN EXCLUSIVE MODE;
  IF ledger.settings_revision() <> based_on THEN
    RETURN false;
  END IF;
  DELETE FROM ledger.settings s USING unnest(remove_kinds, remove_ids) AS r (kind, id)
  WHERE s.kind = r.kind AND s.id = r.id;
  INSERT INTO ledger.settings (kind, id, version, value)
  SELECT p.kind, p.id, based_on + 1, p.value FROM unnest(put_kinds, put_ids, put_values) AS p (kind, id, value)
  ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, value = excluded.value;
  INSERT INTO ledger.settings_changes (revision, at, entry) VALUES (based_on + 1, changed_at, new_entry);
  DELETE FROM ledger.settings_changes WHERE revision <= based_on + 1 - kept;
  RETURN true;
END $$;
