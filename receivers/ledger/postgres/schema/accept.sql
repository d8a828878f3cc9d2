-- Accepting events.

-- Brings what is known about experiences up to date with events that have just been written. The caller holds the
-- locks of their ordering keys.
CREATE FUNCTION ledger.know_experiences(of_events bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger.experiences AS x (ordering_key, experience_id, name, organization_id, source, events, first_at,
    last_at, latest_occurred_at, last_sequence)
  SELECT e.ordering_key, min(e.experience_id),
    (array_agg(e.experience_name) FILTER (WHERE e.experience_name IS NOT NULL))[1],
    (array_agg(e.organization_id) FILTER (WHERE e.organization_id IS NOT NULL))[1],
    (array_agg(e.source))[1],
    count(*), min(coalesce(e.occurred_at, e.received_at)), max(coalesce(e.occurred_at, e.received_at)),
    max(e.occurred_at), max(e.sequence)
  FROM (
    SELECT * FROM ledger.events WHERE sequence = ANY (of_events) AND experience_id IS NOT NULL
      AND action IS NOT NULL ORDER BY ordering_key, sequence DESC
  ) e GROUP BY e.ordering_key
  ON CONFLICT (ordering_key) DO UPDATE SET name = coalesce(excluded.name, x.name),
    organization_id = coalesce(excluded.organization_id, x.organization_id), source = excluded.source,
    events = x.events + excluded.events, first_at = least(x.first_at, excluded.first_at),
    last_at = greatest(x.last_at, excluded.last_at),
    latest_occurred_at = greatest(x.latest_occurred_at, excluded.latest_occurred_at),
    last_sequence = greatest(x.last_sequence, excluded.last_sequence);
END $$;

-- Writes a batch of events with their deliveries and jobs; gives for each event whether it is new. `waits`: in how many
-- milliseconds each delivery is due.
CREATE FUNCTION ledger.accept(
  keys text[], sources text[], origins text[], actions text[], experience_ids text[],
  experience_names text[], organization_ids text[], occurred bigint[], received bigint[], problems text[],
  ordering_keys bigint[], bodies bytea[], headers text[],
  of_event integer[], destinations text[], routes text[], waits bigint[], quiet bigint[]
) RETURNS boolean[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  new_keys text[];
  new_sequences bigint[];
  sequences bigint[];
  intricate integer[];
  nth integer;
  event integer;
  ready_ids bigint[];
  ready_destinations text[];
  ready_due bigint[];
  now_ms CONSTANT bigint := ledger.now_ms();
BEGIN
  PERFORM ledger.lock_ordering_keys(ordering_keys);

  WITH added AS (
    INSERT INTO ledger.events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, ordering_key, late)
    SELECT g.key, g.source, g.origin, g.action, g.experience_id, g.experience_name, g.organization_id,
      g.occurred_at, g.received_at, g.problem, g.ordering_key,
      coalesce(g.occurred_at < greatest(x.latest_occurred_at, max(g.occurred_at) OVER (
        PARTITION BY g.ordering_key ORDER BY g.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      )), false)
    FROM unnest(keys, sources, origins, actions, experience_ids, experience_names, organization_ids, occurred,
      received, problems, ordering_keys) WITH ORDINALITY AS g (key, source, origin, action, experience_id,
      experience_name, organization_id, occurred_at, received_at, problem, ordering_key, nth)
    LEFT JOIN ledger.experiences x ON x.ordering_key = g.ordering_key ORDER BY g.nth
    ON CONFLICT (key) DO NOTHING
    RETURNING sequence, key
  )
  SELECT array_agg(key), array_agg(sequence) INTO new_keys, new_sequences FROM added;

  -- Each given event that is new, and the first with its key.
  SELECT array_agg(CASE WHEN g.nth = g.first THEN a.sequence END ORDER BY g.nth) INTO sequences
  FROM (SELECT key, nth, min(nth) OVER (PARTITION BY key) AS first
    FROM unnest(keys) WITH ORDINALITY AS k (key, nth)) g
  LEFT JOIN unnest(new_keys, new_sequences) AS a (key, sequence) USING (key);

  INSERT INTO ledger.bodies (sequence, body, headers)
  SELECT b.* FROM unnest(sequences, bodies, headers) AS b (sequence, body, headers) WHERE b.sequence IS NOT NULL;
  PERFORM ledger.know_experiences(new_sequences);

  WITH asked AS (
    SELECT d.*, ordering_keys[d.event] AS ordering_key
    FROM unnest(of_event, destinations, routes, waits, quiet) WITH ORDINALITY
      AS d (event, destination, route, wait_ms, quiet_ms, nth)
    WHERE sequences[d.event] IS NOT NULL
  ), line AS (
    SELECT l.ordering_key, l.destination, last.id IS NOT NULL AS occupied,
      l.merging OR coalesce(last.quiet_ms IS NOT NULL AND last.tries = 0, false) AS intricate
    FROM (
      SELECT ordering_key, destination, bool_or(quiet_ms IS NOT NULL) AS merging
      FROM asked GROUP BY ordering_key, destination
    ) l LEFT JOIN LATERAL (
      SELECT d.id, d.quiet_ms, d.tries FROM ledger.deliveries d
      WHERE d.ordering_key = l.ordering_key AND d.destination = l.destination
        AND d.state IN ('waiting', 'ready', 'running')
      ORDER BY d.id DESC LIMIT 1
    ) last ON true
  ), placed AS (
    SELECT a.*, l.intricate, l.occupied,
      row_number() OVER (PARTITION BY a.ordering_key, a.destination ORDER BY a.nth) = 1 AS first
    FROM asked a JOIN line l USING (ordering_key, destination)
  ), added AS (
    INSERT INTO ledger.deliveries (sequence, destination, route, ordering_key, state, due_at, wait_ms,
      created_at)
    SELECT sequences[p.event], p.destination, p.route, p.ordering_key,
      CASE WHEN p.first AND NOT p.occupied THEN 'ready' ELSE 'waiting' END, now_ms + p.wait_ms, p.wait_ms,
      received[p.event]
    FROM placed p WHERE NOT p.intricate ORDER BY p.nth
    RETURNING id, destination, due_at, state
  )
  SELECT array_agg(id), array_agg(destination), array_agg(due_at),
    array(SELECT p.nth FROM placed p WHERE p.intricate ORDER BY p.nth)
  INTO ready_ids, ready_destinations, ready_due, intricate FROM added WHERE state = 'ready';
  PERFORM ledger.add_jobs(ready_ids, ready_destinations, ready_due);

  -- These merge with a burst, or end one: one after the other, in order.
  FOREACH nth IN ARRAY intricate LOOP
    event := of_event[nth];
    PERFORM ledger.add_delivery(sequences[event], ordering_keys[event], destinations[nth], routes[nth],
      waits[nth], quiet[nth], 0, received[event]);
  END LOOP;
  RETURN array(SELECT s.sequence IS NOT NULL FROM unnest(sequences) WITH ORDINALITY AS s (sequence, nth)
    ORDER BY s.nth);
END $$;
