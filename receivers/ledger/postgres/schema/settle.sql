-- Recording outcomes.

-- Writes the outcomes of attempts, and what follows: the retry's job, or the next delivery in line. Gives the
-- deliveries that this worker still held for this try; the outcomes of others are not written. `waits`: in how many
-- milliseconds each retry is due.
CREATE FUNCTION ledger.settle(
  by_worker bigint, ids bigint[], for_tries integer[], states text[], started bigint[],
  finished bigint[], outcomes text[], notes text[], answers text[], reasons text[], waits bigint[],
  counted boolean[], unsure boolean[], fact_of bigint[], fact_keys text[], fact_values text[]
) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
  now_ms CONSTANT bigint := ledger.now_ms();
  held bigint[];
  job_ids bigint[];
  job_destinations text[];
  job_due bigint[];
BEGIN
  -- Shared: only one delivery with an ordering key is held at a time for each destination, so outcomes do not meet each
  -- other here, only what is added behind them meanwhile.
  PERFORM pg_advisory_xact_lock_shared(locked.ordering_key)
  FROM (
    SELECT DISTINCT d.ordering_key FROM ledger.deliveries d WHERE d.id = ANY (ids) ORDER BY d.ordering_key
  ) AS locked;

  WITH settled AS (
    UPDATE ledger.deliveries d SET
      state = s.state, reason = s.reason, worker = NULL,
      due_at = CASE WHEN s.state = 'ready' THEN now_ms + s.wait_ms ELSE d.due_at END,
      wait_ms = CASE WHEN s.state = 'ready' THEN s.wait_ms ELSE d.wait_ms END,
      attempts = d.attempts - CASE WHEN s.counted THEN 0 ELSE 1 END,
      uncertain = s.uncertain,
      finished_at = CASE WHEN s.state = 'ready' THEN NULL ELSE s.finished_at END
    FROM unnest(ids, for_tries, states, finished, reasons, waits, counted, unsure)
      AS s (id, tries, state, finished_at, reason, wait_ms, counted, uncertain)
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
  PERFORM ledger.add_jobs(job_ids, job_destinations, job_due);

  WITH ended AS (
    SELECT DISTINCT ordering_key, destination FROM ledger.deliveries
    WHERE id = ANY (held) AND state IN ('done', 'dead')
  ), head AS (
    SELECT first.id FROM ended CROSS JOIN LATERAL (
      SELECT d.id, d.state FROM ledger.deliveries d
      WHERE d.ordering_key = ended.ordering_key AND d.destination = ended.destination
        AND d.state IN ('waiting', 'ready', 'running') ORDER BY d.id LIMIT 1
    ) first WHERE first.state = 'waiting'
  ), promoted AS (
    UPDATE ledger.deliveries d SET state = 'ready', due_at = least(d.due_at, now_ms + d.wait_ms)
    FROM head WHERE d.id = head.id
    RETURNING d.id, d.destination, d.due_at
  )
  SELECT array_agg(id), array_agg(destination), array_agg(due_at)
  INTO job_ids, job_destinations, job_due FROM promoted;
  PERFORM ledger.add_jobs(job_ids, job_destinations, job_due);

  RETURN QUERY SELECT unnest(held);
END $$;
