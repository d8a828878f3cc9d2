/**
 * What is written often, as functions inside the database, so that a batch is one statement and one commit.
 * `now_ms` is the caller's clock; due times count from it, so that a job runs as long after the database's
 * own time as the delivery is due after the caller's, whatever the two clocks say.
 */
export const FUNCTIONS = `
CREATE FUNCTION ledger.add_jobs(now_ms bigint, ids bigint[], destinations text[], due bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(ids) > 0 THEN
    PERFORM ledger_queue.add_jobs(array(
      SELECT (
        'deliver:' || d.destination,
        json_build_object('id', d.id),
        NULL,
        now() + greatest(d.due_at - now_ms, 0) * interval '1 millisecond',
        32767::smallint,
        'delivery:' || d.id,
        NULL,
        NULL
      )::ledger_queue.job_spec
      FROM unnest(ids, destinations, due) AS d (id, destination, due_at)
    ));
  END IF;
END $$;

-- One delivery more in its lane, whose lock the caller holds. Bursts of updates merge into the newest.
CREATE FUNCTION ledger.add_delivery(
  now_ms bigint, of_sequence bigint, in_lane bigint, to_destination text, by_route text, due bigint, quiet bigint,
  nth_replay integer, created bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  longest_burst CONSTANT bigint := 10;
  last ledger.deliveries;
  mergeable boolean;
  merges boolean;
  held bigint;
  added ledger.deliveries;
BEGIN
  SELECT * INTO last FROM ledger.deliveries
  WHERE lane = in_lane AND destination = to_destination AND state IN ('waiting', 'ready', 'running')
  ORDER BY id DESC LIMIT 1 FOR UPDATE;
  mergeable := last.id IS NOT NULL AND last.quiet_ms IS NOT NULL AND last.tries = 0;
  merges := mergeable AND quiet IS NOT NULL;
  held := CASE WHEN quiet IS NULL THEN NULL WHEN merges THEN last.held_since ELSE created END;
  INSERT INTO ledger.deliveries
    (sequence, destination, route, lane, state, due_at, quiet_ms, held_since, replay, created_at)
  VALUES (of_sequence, to_destination, by_route, in_lane,
    CASE WHEN merges THEN last.state WHEN last.id IS NULL THEN 'ready' ELSE 'waiting' END,
    least(due, held + longest_burst * quiet), quiet, held, nth_replay, created)
  RETURNING * INTO added;
  IF merges THEN
    UPDATE ledger.deliveries SET merged_into = added.id WHERE merged_into = last.id;
    UPDATE ledger.deliveries SET state = 'merged', merged_into = added.id, finished_at = created
    WHERE id = last.id;
    IF last.state = 'ready' THEN
      PERFORM ledger_queue.remove_job('delivery:' || last.id);
    END IF;
  ELSIF mergeable THEN
    UPDATE ledger.deliveries SET due_at = least(due_at, created) WHERE id = last.id;
    IF last.state = 'ready' THEN
      PERFORM ledger.add_jobs(now_ms, ARRAY[last.id], ARRAY[to_destination], ARRAY[least(last.due_at, created)]);
    END IF;
  END IF;
  IF added.state = 'ready' THEN
    PERFORM ledger.add_jobs(now_ms, ARRAY[added.id], ARRAY[to_destination], ARRAY[added.due_at]);
  END IF;
  RETURN added.id;
END $$;

CREATE FUNCTION ledger.lock_lanes(lanes bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Sorted, so that two batches never wait for each other.
  PERFORM pg_advisory_xact_lock(locked.lane)
  FROM (SELECT DISTINCT lane FROM unnest(lanes) AS lane ORDER BY lane) AS locked;
END $$;

-- Brings what is known of experiences up to date with events that have just been written, in their lanes' locks.
CREATE FUNCTION ledger.know_experiences(of_events bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger.experiences AS x (lane, experience_id, name, organization_id, source, events, first_at,
    last_at, latest_occurred_at, last_sequence)
  SELECT e.lane, min(e.experience_id),
    (array_agg(e.experience_name) FILTER (WHERE e.experience_name IS NOT NULL))[1],
    (array_agg(e.organization_id) FILTER (WHERE e.organization_id IS NOT NULL))[1],
    (array_agg(e.source))[1],
    count(*), min(coalesce(e.occurred_at, e.received_at)), max(coalesce(e.occurred_at, e.received_at)),
    max(e.occurred_at), max(e.sequence)
  FROM (
    SELECT * FROM ledger.events WHERE sequence = ANY (of_events) AND experience_id IS NOT NULL
      AND action IS NOT NULL ORDER BY lane, sequence DESC
  ) e GROUP BY e.lane
  ON CONFLICT (lane) DO UPDATE SET name = coalesce(excluded.name, x.name),
    organization_id = coalesce(excluded.organization_id, x.organization_id), source = excluded.source,
    events = x.events + excluded.events, first_at = least(x.first_at, excluded.first_at),
    last_at = greatest(x.last_at, excluded.last_at),
    latest_occurred_at = greatest(x.latest_occurred_at, excluded.latest_occurred_at),
    last_sequence = greatest(x.last_sequence, excluded.last_sequence);
END $$;

-- Writes a batch of events with their deliveries and jobs; tells of each whether it is new.
CREATE FUNCTION ledger.accept(
  now_ms bigint, keys text[], sources text[], origins text[], actions text[], experience_ids text[],
  experience_names text[], organization_ids text[], occurred bigint[], received bigint[], problems text[],
  lanes bigint[], bodies bytea[], headers text[],
  of_event integer[], destinations text[], routes text[], due bigint[], quiet bigint[]
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
BEGIN
  PERFORM ledger.lock_lanes(lanes);

  WITH added AS (
    INSERT INTO ledger.events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, lane, late)
    SELECT g.key, g.source, g.origin, g.action, g.experience_id, g.experience_name, g.organization_id,
      g.occurred_at, g.received_at, g.problem, g.lane,
      coalesce(g.occurred_at < greatest(x.latest_occurred_at, max(g.occurred_at) OVER (
        PARTITION BY g.lane ORDER BY g.nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
      )), false)
    FROM unnest(keys, sources, origins, actions, experience_ids, experience_names, organization_ids, occurred,
      received, problems, lanes) WITH ORDINALITY AS g (key, source, origin, action, experience_id,
      experience_name, organization_id, occurred_at, received_at, problem, lane, nth)
    LEFT JOIN ledger.experiences x ON x.lane = g.lane ORDER BY g.nth
    ON CONFLICT (key) DO NOTHING
    RETURNING sequence, key
  )
  SELECT array_agg(key), array_agg(sequence) INTO new_keys, new_sequences FROM added;

  -- Of each given event, where it is the first with its key and new.
  SELECT array_agg(CASE WHEN g.nth = g.first THEN a.sequence END ORDER BY g.nth) INTO sequences
  FROM (SELECT key, nth, min(nth) OVER (PARTITION BY key) AS first
    FROM unnest(keys) WITH ORDINALITY AS k (key, nth)) g
  LEFT JOIN unnest(new_keys, new_sequences) AS a (key, sequence) USING (key);

  INSERT INTO ledger.bodies (sequence, body, headers)
  SELECT b.* FROM unnest(sequences, bodies, headers) AS b (sequence, body, headers) WHERE b.sequence IS NOT NULL;
  PERFORM ledger.know_experiences(new_sequences);

  WITH asked AS (
    SELECT d.*, lanes[d.event] AS lane
    FROM unnest(of_event, destinations, routes, due, quiet) WITH ORDINALITY
      AS d (event, destination, route, due_at, quiet_ms, nth)
    WHERE sequences[d.event] IS NOT NULL
  ), lane AS (
    SELECT l.lane, l.destination, last.id IS NOT NULL AS occupied,
      l.merging OR coalesce(last.quiet_ms IS NOT NULL AND last.tries = 0, false) AS intricate
    FROM (
      SELECT lane, destination, bool_or(quiet_ms IS NOT NULL) AS merging FROM asked GROUP BY lane, destination
    ) l LEFT JOIN LATERAL (
      SELECT d.id, d.quiet_ms, d.tries FROM ledger.deliveries d
      WHERE d.lane = l.lane AND d.destination = l.destination AND d.state IN ('waiting', 'ready', 'running')
      ORDER BY d.id DESC LIMIT 1
    ) last ON true
  ), placed AS (
    SELECT a.*, l.intricate, l.occupied,
      row_number() OVER (PARTITION BY a.lane, a.destination ORDER BY a.nth) = 1 AS first
    FROM asked a JOIN lane l USING (lane, destination)
  ), added AS (
    INSERT INTO ledger.deliveries (sequence, destination, route, lane, state, due_at, created_at)
    SELECT sequences[p.event], p.destination, p.route, p.lane,
      CASE WHEN p.first AND NOT p.occupied THEN 'ready' ELSE 'waiting' END, p.due_at, received[p.event]
    FROM placed p WHERE NOT p.intricate ORDER BY p.nth
    RETURNING id, destination, due_at, state
  )
  SELECT array_agg(id), array_agg(destination), array_agg(due_at),
    array(SELECT p.nth FROM placed p WHERE p.intricate ORDER BY p.nth)
  INTO ready_ids, ready_destinations, ready_due, intricate FROM added WHERE state = 'ready';
  PERFORM ledger.add_jobs(now_ms, ready_ids, ready_destinations, ready_due);

  -- These merge with a burst, or end one: one after the other, in order.
  FOREACH nth IN ARRAY intricate LOOP
    event := of_event[nth];
    PERFORM ledger.add_delivery(now_ms, sequences[event], lanes[event], destinations[nth], routes[nth], due[nth],
      quiet[nth], 0, received[event]);
  END LOOP;
  RETURN array(SELECT s.sequence IS NOT NULL FROM unnest(sequences) WITH ORDINALITY AS s (sequence, nth)
    ORDER BY s.nth);
END $$;

-- Marks deliveries as running, for an attempt each. What cannot be claimed is 'wait' (later perhaps: its
-- destination is paused or probed, or another holds it) or 'gone' (nothing is left to do). No row at all:
-- the worker is taken for dead.
CREATE FUNCTION ledger.claim(by_worker bigint, now_ms bigint, ids bigint[])
RETURNS TABLE (id bigint, verdict text, attempts integer, tries integer, uncertain boolean, probe boolean)
-- The guess of a thousand rows would have whole tables joined to a few.
LANGUAGE plpgsql ROWS 20 AS $$
#variable_conflict use_column
DECLARE
  ailing ledger.health;
  closed text[] := '{}';
  probed text[] := '{}';
  allowed bigint[] := ids;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger.workers w WHERE w.id = by_worker) THEN
    RETURN;
  END IF;
  FOR ailing IN
    SELECT h.* FROM ledger.health h WHERE (h.paused_until > now_ms OR h.probing) AND h.destination IN (
      SELECT d.destination FROM ledger.deliveries d WHERE d.id = ANY (ids)
    ) ORDER BY h.destination FOR UPDATE
  LOOP
    IF ailing.paused_until > now_ms OR EXISTS (
      SELECT 1 FROM ledger.deliveries d JOIN ledger.workers w ON w.id = d.worker
      WHERE d.destination = ailing.destination AND d.state = 'running'
    ) THEN
      closed := closed || ailing.destination;
    ELSE
      probed := probed || ailing.destination;
    END IF;
  END LOOP;
  IF closed <> '{}' OR probed <> '{}' THEN
    allowed := array(
      SELECT r.id FROM (
        SELECT d.id, d.destination,
          row_number() OVER (PARTITION BY d.destination ORDER BY d.due_at, d.id) AS nth
        FROM ledger.deliveries d
        WHERE d.id = ANY (ids) AND d.destination <> ALL (closed) AND d.state IN ('ready', 'running')
      ) r WHERE r.nth = 1 OR r.destination <> ALL (probed)
    );
  END IF;
  RETURN QUERY
  WITH claimed AS (
    UPDATE ledger.deliveries d SET state = 'running', tries = d.tries + 1, attempts = d.attempts + 1,
      uncertain = d.uncertain OR d.state = 'running', worker = by_worker
    WHERE d.id = ANY (allowed) AND (
      d.state = 'ready'
      OR d.state = 'running' AND NOT EXISTS (SELECT 1 FROM ledger.workers w WHERE w.id = d.worker)
    )
    RETURNING d.id, d.attempts, d.tries, d.uncertain, d.destination = ANY (probed) AS probe
  )
  SELECT asked.id,
    CASE WHEN c.id IS NOT NULL THEN 'claimed' WHEN d.state IN ('ready', 'running') THEN 'wait' ELSE 'gone' END,
    c.attempts, c.tries, c.uncertain, c.probe
  FROM unnest(ids) AS asked (id)
  LEFT JOIN claimed c ON c.id = asked.id
  LEFT JOIN ledger.deliveries d ON d.id = asked.id AND c.id IS NULL;
END $$;

-- Writes what came of attempts, and what follows: the retry's job, or the next of the lane. Gives the
-- deliveries that were still held by this worker for this try; the outcomes of others are not written.
CREATE FUNCTION ledger.settle(
  by_worker bigint, now_ms bigint, ids bigint[], for_tries integer[], states text[], started bigint[],
  finished bigint[], outcomes text[], notes text[], answers text[], reasons text[], due bigint[],
  counted boolean[], unsure boolean[], fact_of bigint[], fact_keys text[], fact_values text[]
) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
  held bigint[];
  job_ids bigint[];
  job_destinations text[];
  job_due bigint[];
BEGIN
  -- Shared: of one lane and destination only one delivery is held at a time, so outcomes do not meet each
  -- other here, only what is added to the lane meanwhile.
  PERFORM pg_advisory_xact_lock_shared(locked.lane)
  FROM (SELECT DISTINCT d.lane FROM ledger.deliveries d WHERE d.id = ANY (ids) ORDER BY d.lane) AS locked;

  WITH settled AS (
    UPDATE ledger.deliveries d SET
      state = s.state, reason = s.reason, worker = NULL,
      due_at = CASE WHEN s.state = 'ready' THEN s.due_at ELSE d.due_at END,
      attempts = d.attempts - CASE WHEN s.counted THEN 0 ELSE 1 END,
      uncertain = s.uncertain,
      finished_at = CASE WHEN s.state = 'ready' THEN NULL ELSE s.finished_at END
    FROM unnest(ids, for_tries, states, finished, reasons, due, counted, unsure)
      AS s (id, tries, state, finished_at, reason, due_at, counted, uncertain)
    WHERE d.id = s.id AND d.worker = by_worker AND d.tries = s.tries AND d.state = 'running'
    RETURNING d.id, d.destination, d.state, d.due_at
  ), attempted AS (
    INSERT INTO ledger.attempts (delivery_id, number, started_at, finished_at, outcome, note, answer)
    SELECT a.* FROM unnest(ids, for_tries, started, finished, outcomes, notes, answers)
      AS a (id, number, started_at, finished_at, outcome, note, answer) JOIN settled s ON s.id = a.id
    ON CONFLICT DO NOTHING
  ), known AS (
    INSERT INTO ledger.facts (destination, key, value)
    SELECT DISTINCT ON (s.destination, f.key) s.destination, f.key, f.value
    FROM unnest(fact_of, fact_keys, fact_values) WITH ORDINALITY AS f (id, key, value, nth)
    JOIN settled s ON s.id = f.id ORDER BY s.destination, f.key, f.nth DESC
    ON CONFLICT (destination, key) DO UPDATE SET value = excluded.value
  )
  SELECT array_agg(id),
    array_agg(id) FILTER (WHERE state = 'ready'),
    array_agg(destination) FILTER (WHERE state = 'ready'),
    array_agg(due_at) FILTER (WHERE state = 'ready')
  INTO held, job_ids, job_destinations, job_due FROM settled;
  PERFORM ledger.add_jobs(now_ms, job_ids, job_destinations, job_due);

  WITH ended AS (
    SELECT DISTINCT lane, destination FROM ledger.deliveries
    WHERE id = ANY (held) AND state IN ('done', 'dead')
  ), head AS (
    SELECT first.id FROM ended CROSS JOIN LATERAL (
      SELECT d.id, d.state FROM ledger.deliveries d
      WHERE d.lane = ended.lane AND d.destination = ended.destination
        AND d.state IN ('waiting', 'ready', 'running') ORDER BY d.id LIMIT 1
    ) first WHERE first.state = 'waiting'
  ), promoted AS (
    UPDATE ledger.deliveries d SET state = 'ready' FROM head WHERE d.id = head.id
    RETURNING d.id, d.destination, d.due_at
  )
  SELECT array_agg(id), array_agg(destination), array_agg(due_at)
  INTO job_ids, job_destinations, job_due FROM promoted;
  PERFORM ledger.add_jobs(now_ms, job_ids, job_destinations, job_due);

  RETURN QUERY SELECT unnest(held);
END $$;

CREATE FUNCTION ledger.revive(now_ms bigint, ids bigint[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  letter ledger.deliveries;
  revived integer := 0;
  occupied boolean;
BEGIN
  PERFORM ledger.lock_lanes(array(SELECT d.lane FROM ledger.deliveries d WHERE d.id = ANY (ids)));
  FOR letter IN
    SELECT * FROM ledger.deliveries WHERE id = ANY (ids) AND state = 'dead' ORDER BY id FOR UPDATE
  LOOP
    occupied := EXISTS (
      SELECT 1 FROM ledger.deliveries d WHERE d.lane = letter.lane AND d.destination = letter.destination
        AND d.state IN ('waiting', 'ready', 'running')
    );
    UPDATE ledger.deliveries SET state = CASE WHEN occupied THEN 'waiting' ELSE 'ready' END,
      due_at = now_ms, attempts = 0, reason = NULL, finished_at = NULL WHERE id = letter.id;
    IF NOT occupied THEN
      PERFORM ledger.add_jobs(now_ms, ARRAY[letter.id], ARRAY[letter.destination], ARRAY[now_ms]);
    END IF;
    revived := revived + 1;
  END LOOP;
  RETURN revived;
END $$;

CREATE FUNCTION ledger.send_again(
  now_ms bigint, event_key text, to_destination text, by_route text, due bigint, quiet bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  sent ledger.events;
  last integer;
BEGIN
  PERFORM ledger.lock_lanes(array(SELECT e.lane FROM ledger.events e WHERE e.key = event_key));
  SELECT * INTO sent FROM ledger.events e WHERE e.key = event_key FOR KEY SHARE;
  IF sent.sequence IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(max(d.replay), -1) INTO last FROM ledger.deliveries d
  WHERE d.sequence = sent.sequence AND d.destination = to_destination;
  RETURN ledger.add_delivery(now_ms, sent.sequence, sent.lane, to_destination, by_route, due, quiet, last + 1,
    now_ms);
END $$;

-- Takes over events of another ledger as they stand there; gives the sequences of those that are new here, 0
-- for those that are not.
CREATE FUNCTION ledger.import_events(
  keys text[], sources text[], origins text[], actions text[], experience_ids text[], experience_names text[],
  organization_ids text[], occurred bigint[], received bigint[], problems text[], lanes bigint[], bodies bytea[],
  headers text[], were_late boolean[], triggers text[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  sequences bigint[];
BEGIN
  PERFORM ledger.lock_lanes(lanes);
  WITH added AS (
    INSERT INTO ledger.events (key, source, origin, action, experience_id, experience_name, organization_id,
      occurred_at, received_at, problem, lane, late, triggered_by)
    SELECT g.* FROM unnest(keys, sources, origins, actions, experience_ids, experience_names, organization_ids,
      occurred, received, problems, lanes, were_late, triggers) AS g
    ON CONFLICT (key) DO NOTHING RETURNING sequence, key
  )
  SELECT array_agg(coalesce(a.sequence, 0) ORDER BY g.nth) INTO sequences
  FROM unnest(keys) WITH ORDINALITY AS g (key, nth) LEFT JOIN added a USING (key);
  INSERT INTO ledger.bodies (sequence, body, headers)
  SELECT b.* FROM unnest(sequences, bodies, headers) AS b (sequence, body, headers) WHERE b.sequence > 0;
  PERFORM ledger.know_experiences(sequences);
  RETURN sequences;
END $$;

-- Takes over deliveries of events that were just taken over. What was open goes on: the first of its lane is
-- ready. Gives their ids, in the order given.
CREATE FUNCTION ledger.import_deliveries(
  now_ms bigint, of_sequences bigint[], destinations text[], routes text[], lanes bigint[], states text[],
  due bigint[], tried integer[], unsure boolean[], replays integer[], reasons text[], created bigint[],
  finished bigint[]
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
  ids bigint[];
  ready_ids bigint[];
  ready_destinations text[];
  ready_due bigint[];
BEGIN
  PERFORM ledger.lock_lanes(lanes);
  WITH added AS (
    INSERT INTO ledger.deliveries (sequence, destination, route, lane, state, due_at, attempts, tries, uncertain,
      replay, reason, created_at, finished_at)
    SELECT g.sequence, g.destination, g.route, g.lane, g.state, g.due_at, g.tries, g.tries, g.uncertain, g.replay,
      g.reason, g.created_at, g.finished_at
    FROM unnest(of_sequences, destinations, routes, lanes, states, due, tried, unsure, replays, reasons, created,
      finished) WITH ORDINALITY AS g (sequence, destination, route, lane, state, due_at, tries, uncertain, replay,
      reason, created_at, finished_at, nth) ORDER BY g.nth
    RETURNING id
  )
  SELECT array_agg(id ORDER BY id) INTO ids FROM added;
  WITH heads AS (
    UPDATE ledger.deliveries d SET state = 'ready' WHERE d.id = ANY (ids) AND d.state = 'waiting' AND NOT EXISTS (
      SELECT 1 FROM ledger.deliveries o WHERE o.lane = d.lane AND o.destination = d.destination
        AND o.state IN ('waiting', 'ready', 'running') AND o.id < d.id
    ) RETURNING d.id, d.destination, d.due_at
  )
  SELECT array_agg(h.id), array_agg(h.destination), array_agg(h.due_at)
  INTO ready_ids, ready_destinations, ready_due FROM heads h;
  PERFORM ledger.add_jobs(now_ms, ready_ids, ready_destinations, ready_due);
  RETURN ids;
END $$;

-- Removes old events, oldest first, that have nothing open or dead. Gives how many.
CREATE FUNCTION ledger.prune(before bigint, at_most bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  old bigint[];
BEGIN
  old := array(
    SELECT e.sequence FROM ledger.events e WHERE e.received_at < before AND NOT EXISTS (
      SELECT 1 FROM ledger.deliveries d
      WHERE d.sequence = e.sequence AND d.state IN ('waiting', 'ready', 'running', 'dead')
    ) ORDER BY e.sequence LIMIT at_most FOR UPDATE SKIP LOCKED
  );
  DELETE FROM ledger.attempts a USING ledger.deliveries d WHERE d.sequence = ANY (old) AND a.delivery_id = d.id;
  DELETE FROM ledger.deliveries WHERE sequence = ANY (old);
  DELETE FROM ledger.bodies WHERE sequence = ANY (old);
  DELETE FROM ledger.events WHERE sequence = ANY (old);
  DELETE FROM ledger.experiences WHERE last_sequence = ANY (old);
  RETURN cardinality(old);
END $$;

-- Removes workers and gives their jobs away; one that has beaten again since it was seen, stays.
CREATE FUNCTION ledger.bury(dead bigint[], seen bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  their_pools text[];
BEGIN
  WITH buried AS (
    DELETE FROM ledger.workers w USING unnest(dead, seen) AS d (id, beats)
    WHERE w.id = d.id AND w.beats = coalesce(d.beats, w.beats) RETURNING w.pools
  )
  SELECT array_agg(pool) INTO their_pools FROM buried CROSS JOIN unnest(buried.pools) AS pool;
  IF their_pools IS NOT NULL THEN
    PERFORM ledger_queue.force_unlock_workers(their_pools);
    -- Left over where a worker died after the outcome was written and before its job was removed.
    PERFORM ledger_queue.complete_jobs(array(
      SELECT j.id FROM ledger_queue.jobs j
      WHERE j.key IS NULL AND j.locked_at IS NULL AND j.attempts >= j.max_attempts
    ));
  END IF;
END $$;
`;

/**
 * With the second version of the schema: an event is sent once more in a lane of the caller's choice, in place of its
 * experience's.
 */
export const SEND_IN_LANE = `
CREATE FUNCTION ledger.send_in_lane(
  now_ms bigint, event_key text, to_destination text, by_route text, due bigint, quiet bigint, in_lane bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  sent bigint;
  last integer;
BEGIN
  PERFORM ledger.lock_lanes(array(SELECT e.lane FROM ledger.events e WHERE e.key = event_key) || in_lane);
  SELECT e.sequence INTO sent FROM ledger.events e WHERE e.key = event_key FOR KEY SHARE;
  IF sent IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(max(d.replay), -1) INTO last FROM ledger.deliveries d
  WHERE d.sequence = sent AND d.destination = to_destination;
  RETURN ledger.add_delivery(now_ms, sent, in_lane, to_destination, by_route, due, quiet, last + 1, now_ms);
END $$;
`;

/**
 * With the third version: a worker is not buried while it claims. A claim whose connection broke may still be at work
 * on the server when its worker has been buried and the next one claims: to it, that one does not live yet.
 */
export const CLAIM_ALIVE = `
CREATE FUNCTION ledger.claim_alive(by_worker bigint, now_ms bigint, ids bigint[])
RETURNS TABLE (id bigint, verdict text, attempts integer, tries integer, uncertain boolean, probe boolean)
LANGUAGE plpgsql ROWS 20 AS $$
BEGIN
  PERFORM 1 FROM ledger.workers w WHERE w.id = by_worker FOR KEY SHARE;
  RETURN QUERY SELECT * FROM ledger.claim(by_worker, now_ms, ids);
END $$;
`;

/**
 * With the third version: jobs that are locked by no living worker are free again, also those of a fetch that came
 * through after its worker had been buried. What was given back without an attempt is due at once: the queue takes
 * that for a failure and puts it off, each time longer. Its own count of attempts says which these are, for a job is
 * made anew after each attempt.
 */
export const FREE_JOBS = `
CREATE FUNCTION ledger.free_jobs() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  strays text[];
BEGIN
  strays := array(
    SELECT j.locked_by FROM ledger_queue.jobs j WHERE j.locked_by IS NOT NULL
    EXCEPT SELECT unnest(w.pools) FROM ledger.workers w
  );
  IF cardinality(strays) > 0 THEN
    PERFORM ledger_queue.force_unlock_workers(strays);
  END IF;
  -- Left over where a worker died after the outcome was written and before its job was removed.
  PERFORM ledger_queue.complete_jobs(array(
    SELECT j.id FROM ledger_queue.jobs j
    WHERE j.key IS NULL AND j.locked_at IS NULL AND j.attempts >= j.max_attempts
  ));
  PERFORM ledger_queue.reschedule_jobs(array(
    SELECT j.id FROM ledger_queue.jobs j WHERE j.key IS NOT NULL AND j.locked_at IS NULL AND j.attempts > 0
  ), run_at => now(), attempts => 0);
END $$;

CREATE OR REPLACE FUNCTION ledger.bury(dead bigint[], seen bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ledger.workers w USING unnest(dead, seen) AS d (id, beats)
  WHERE w.id = d.id AND w.beats = coalesce(d.beats, w.beats);
  IF FOUND THEN
    PERFORM ledger.free_jobs();
  END IF;
END $$;
`;

/**
 * With the third version: what was sent again while old events were sought is kept. An event's row is locked later
 * than the seeking statement judged it by its deliveries, so these are looked at anew under the lock.
 */
export const PRUNE = `
CREATE OR REPLACE FUNCTION ledger.prune(before bigint, at_most bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  old bigint[];
BEGIN
  old := array(
    SELECT e.sequence FROM ledger.events e WHERE e.received_at < before AND NOT EXISTS (
      SELECT 1 FROM ledger.deliveries d
      WHERE d.sequence = e.sequence AND d.state IN ('waiting', 'ready', 'running', 'dead')
    ) ORDER BY e.sequence LIMIT at_most FOR UPDATE SKIP LOCKED
  );
  old := array(
    SELECT locked.sequence FROM unnest(old) AS locked (sequence) WHERE NOT EXISTS (
      SELECT 1 FROM ledger.deliveries d
      WHERE d.sequence = locked.sequence AND d.state IN ('waiting', 'ready', 'running', 'dead')
    )
  );
  DELETE FROM ledger.attempts a USING ledger.deliveries d WHERE d.sequence = ANY (old) AND a.delivery_id = d.id;
  DELETE FROM ledger.deliveries WHERE sequence = ANY (old);
  DELETE FROM ledger.bodies WHERE sequence = ANY (old);
  DELETE FROM ledger.events WHERE sequence = ANY (old);
  DELETE FROM ledger.experiences WHERE last_sequence = ANY (old);
  RETURN cardinality(old);
END $$;
`;
