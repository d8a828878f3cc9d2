-- How deliveries line up for each ordering key, and get their jobs.

-- The database's time, milliseconds since 1970.
CREATE FUNCTION ledger.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$;

-- A job for each of these deliveries, to run at a time of the database.
CREATE FUNCTION ledger.add_jobs(ids bigint[], destinations text[], due bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(ids) > 0 THEN
    PERFORM ledger_queue.add_jobs(array(
      SELECT (
        'deliver:' || d.destination,
        json_build_object('id', d.id),
        NULL,
        to_timestamp(d.due_at / 1000.0),
        32767::smallint,
        'delivery:' || d.id,
        NULL,
        NULL
      )::ledger_queue.job_spec
      FROM unnest(ids, destinations, due) AS d (id, destination, due_at)
    ));
  END IF;
END $$;

CREATE FUNCTION ledger.lock_ordering_keys(ordering_keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Sorted, so that two batches never wait for each other.
  PERFORM pg_advisory_xact_lock(locked.ordering_key)
  FROM (SELECT DISTINCT k AS ordering_key FROM unnest(ordering_keys) AS k ORDER BY k) AS locked;
END $$;

-- Adds one delivery behind the others with its ordering key, whose lock the caller holds. Bursts of updates merge into
-- the newest.
CREATE FUNCTION ledger.add_delivery(
  of_sequence bigint, by_ordering_key bigint, to_destination text, by_route text, wait bigint, quiet bigint,
  nth_replay integer, created bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  longest_burst CONSTANT bigint := 10;
  now_ms CONSTANT bigint := ledger.now_ms();
  last ledger.deliveries;
  mergeable boolean;
  merges boolean;
  held bigint;
  waits bigint;
  added ledger.deliveries;
BEGIN
  SELECT * INTO last FROM ledger.deliveries
  WHERE ordering_key = by_ordering_key AND destination = to_destination AND state IN ('waiting', 'ready', 'running')
  ORDER BY id DESC LIMIT 1 FOR UPDATE;
  mergeable := last.id IS NOT NULL AND last.quiet_ms IS NOT NULL AND last.tries = 0;
  merges := mergeable AND quiet IS NOT NULL;
  held := CASE WHEN quiet IS NULL THEN NULL WHEN merges THEN last.held_since ELSE now_ms END;
  waits := greatest(least(wait, held + longest_burst * quiet - now_ms), 0);
  INSERT INTO ledger.deliveries
    (sequence, destination, route, ordering_key, state, due_at, wait_ms, quiet_ms, held_since, replay, created_at)
  VALUES (of_sequence, to_destination, by_route, by_ordering_key,
    CASE WHEN merges THEN last.state WHEN last.id IS NULL THEN 'ready' ELSE 'waiting' END,
    now_ms + waits, waits, quiet, held, nth_replay, created)
  RETURNING * INTO added;
  IF merges THEN
    UPDATE ledger.deliveries SET merged_into = added.id WHERE merged_into = last.id;
    UPDATE ledger.deliveries SET state = 'merged', merged_into = added.id, finished_at = created
    WHERE id = last.id;
    IF last.state = 'ready' THEN
      PERFORM ledger_queue.remove_job('delivery:' || last.id);
    END IF;
  ELSIF mergeable AND last.due_at > now_ms THEN
    UPDATE ledger.deliveries SET due_at = now_ms, wait_ms = 0 WHERE id = last.id;
    IF last.state = 'ready' THEN
      PERFORM ledger.add_jobs(ARRAY[last.id], ARRAY[to_destination], ARRAY[now_ms]);
    END IF;
  END IF;
  IF added.state = 'ready' THEN
    PERFORM ledger.add_jobs(ARRAY[added.id], ARRAY[to_destination], ARRAY[added.due_at]);
  END IF;
  RETURN added.id;
END $$;
