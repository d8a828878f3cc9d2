-- Workers that died, and their jobs.

-- Frees the jobs that are locked by no living worker, also those of a fetch that came through after its worker had been
-- buried. What was given back without an attempt is due at once: the queue takes that for a failure and delays it, each
-- time longer. The queue's own count of attempts shows which ones these are, for each attempt gets a new job.
CREATE FUNCTION ledger.free_jobs() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  strays text[];
  late record;
BEGIN
  strays := array(
    SELECT j.locked_by FROM ledger_queue.jobs j WHERE j.locked_by IS NOT NULL
    EXCEPT SELECT unnest(w.pools) FROM ledger.workers w
  );
  IF cardinality(strays) > 0 THEN
    PERFORM ledger_queue.force_unlock_workers(strays);
  END IF;
  -- Left over if a worker died after the outcome was written and before its job was removed.
  PERFORM ledger_queue.complete_jobs(array(
    SELECT j.id FROM ledger_queue.jobs j
    WHERE j.key IS NULL AND j.locked_at IS NULL AND j.attempts >= j.max_attempts
  ));
  PERFORM ledger_queue.reschedule_jobs(array(
    SELECT j.id FROM ledger_queue.jobs j WHERE j.key IS NOT NULL AND j.locked_at IS NULL AND j.attempts > 0
  ), run_at => now(), attempts => 0);
  -- If the database's clock was set back, these would wait longer than planned.
  FOR late IN
    SELECT j.id, d.id AS delivery, d.wait_ms FROM ledger_queue.jobs j
    JOIN ledger.deliveries d ON d.id = substr(j.key, 10)::bigint
    WHERE j.key LIKE 'delivery:%' AND j.locked_at IS NULL
      AND j.run_at > now() + (d.wait_ms + 1000) * interval '1 millisecond'
  LOOP
    UPDATE ledger.deliveries SET due_at = ledger.now_ms() + late.wait_ms WHERE id = late.delivery;
    PERFORM ledger_queue.reschedule_jobs(ARRAY[late.id], run_at => now() + late.wait_ms * interval '1 millisecond');
  END LOOP;
END $$;

-- Removes workers and gives their jobs away; one that has beaten again since it was seen stays.
CREATE FUNCTION ledger.bury(dead bigint[], seen bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ledger.workers w USING unnest(dead, seen) AS d (id, beats)
  WHERE w.id = d.id AND w.beats = coalesce(d.beats, w.beats);
  IF FOUND THEN
    PERFORM ledger.free_jobs();
  END IF;
END $$;
