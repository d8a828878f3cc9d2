-- Taking over another ledger.

-- Takes over events of another ledger unchanged; gives the sequences of those that are new here, 0 for the others.
CREATE FUNCTION ledger.import_events(
  keys text[], sources text[], origins text[], actions text[], experience_ids text[], experience_names text[],
  organization_ids text[], occurred bigint[], received bigint[], problems text[], ordering_keys bigint[], bodies bytea[],
  headers text[], were_late boolean[], triggers text[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  sequences bigint[];
BEGIN
  PERFORM ledger.lock_ordering_keys(ordering_keys);
  WITH added AS (
    INSERT INTO ledger.events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, ordering_key, late, triggered_by)
    SELECT g.* FROM unnest(keys, sources, origins, actions, experience_ids, experience_names, organization_ids,
      occurred, received, problems, ordering_keys, were_late, triggers) AS g
    ON CONFLICT (key) DO NOTHING RETURNING sequence, key
  )
  SELECT array_agg(coalesce(a.sequence, 0) ORDER BY g.nth) INTO sequences
  FROM unnest(keys) WITH ORDINALITY AS g (key, nth) LEFT JOIN added a USING (key);
  INSERT INTO ledger.bodies (sequence, body, headers)
  SELECT b.* FROM unnest(sequences, bodies, headers) AS b (sequence, body, headers) WHERE b.sequence > 0;
  PERFORM ledger.know_experiences(sequences);
  RETURN sequences;
END $$;

-- Takes over deliveries of events that were just taken over. Open ones continue: the first with its ordering key is
-- ready. Gives their ids, in the order given.
CREATE FUNCTION ledger.import_deliveries(
  of_sequences bigint[], destinations text[], routes text[], ordering_keys bigint[], states text[],
  due bigint[], tried integer[], unsure boolean[], replays integer[], reasons text[], created bigint[],
  finished bigint[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  now_ms CONSTANT bigint := ledger.now_ms();
  -- Whatever the clock of the other ledger said, nothing waits longer.
  longest_wait CONSTANT bigint := 86400000;
  ids bigint[];
  ready_ids bigint[];
  ready_destinations text[];
  ready_due bigint[];
BEGIN
  PERFORM ledger.lock_ordering_keys(ordering_keys);
  WITH added AS (
    INSERT INTO ledger.deliveries (sequence, destination, route, ordering_key, state, due_at, wait_ms, attempts,
      tries, uncertain, replay, reason, created_at, finished_at)
    SELECT g.sequence, g.destination, g.route, g.ordering_key, g.state, least(g.due_at, now_ms + longest_wait),
      greatest(least(g.due_at - now_ms, longest_wait), 0), g.tries,
      g.tries, g.uncertain, g.replay,
      g.reason, g.created_at, g.finished_at
    FROM unnest(of_sequences, destinations, routes, ordering_keys, states, due, tried, unsure, replays, reasons,
      created, finished) WITH ORDINALITY AS g (sequence, destination, route, ordering_key, state, due_at, tries,
      uncertain, replay, reason, created_at, finished_at, nth) ORDER BY g.nth
    RETURNING id
  )
  SELECT array_agg(id ORDER BY id) INTO ids FROM added;
  WITH heads AS (
    UPDATE ledger.deliveries d SET state = 'ready' WHERE d.id = ANY (ids) AND d.state = 'waiting' AND NOT EXISTS (
      SELECT 1 FROM ledger.deliveries o WHERE o.ordering_key = d.ordering_key AND o.destination = d.destination
        AND o.state IN ('waiting', 'ready', 'running') AND o.id < d.id
    ) RETURNING d.id, d.destination, d.due_at
  )
  SELECT array_agg(h.id), array_agg(h.destination), array_agg(h.due_at)
  INTO ready_ids, ready_destinations, ready_due FROM heads h;
  PERFORM ledger.add_jobs(ready_ids, ready_destinations, ready_due);
  RETURN ids;
END $$;
