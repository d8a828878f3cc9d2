-- Which destinations each process has, so that no process decides by its own settings alone.

-- Null for a process whose version does not say: it may have any.
ALTER TABLE ledger.workers ADD COLUMN destinations text[];

-- What is open for destinations that no living process has. It reads all open deliveries, so it is asked rarely.
CREATE FUNCTION ledger.left_behind() RETURNS TABLE (destination text, open bigint)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT d.destination, d.open FROM (
    SELECT o.destination, count(*) AS open FROM ledger.deliveries o
    WHERE o.state IN ('waiting', 'ready', 'running') GROUP BY o.destination
  ) d WHERE NOT EXISTS (
    SELECT 1 FROM ledger.workers w WHERE w.destinations IS NULL OR d.destination = ANY (w.destinations)
  )
$$;

-- The deliveries among them that can be ended now.
CREATE FUNCTION ledger.due_left_behind(to_destination text, most integer) RETURNS TABLE (id bigint)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
  SELECT d.id FROM ledger.deliveries d
  WHERE d.destination = to_destination AND d.due_at <= ledger.now_ms() AND (
    d.state = 'ready' OR d.state = 'running' AND NOT EXISTS (SELECT 1 FROM ledger.workers w WHERE w.id = d.worker)
  ) AND NOT EXISTS (
    SELECT 1 FROM ledger.workers w WHERE w.destinations IS NULL OR d.destination = ANY (w.destinations)
  )
  ORDER BY d.id LIMIT most
$$;

-- Removes the jobs of deliveries that ended without one.
CREATE FUNCTION ledger.remove_jobs_of_ended(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ended bigint;
BEGIN
  -- The lock keeps a replay from making a new job meanwhile.
  FOR ended IN
    SELECT d.id FROM ledger.deliveries d
    WHERE d.id = ANY (ids) AND d.state NOT IN ('waiting', 'ready', 'running') ORDER BY d.id FOR UPDATE
  LOOP
    PERFORM ledger_queue.remove_job('delivery:' || ended);
  END LOOP;
END $$;
