-- Handing deliveries out for attempts.

-- If the database's clock was set back, pauses would last longer than planned: they start again instead.
CREATE FUNCTION ledger.shorten_pauses() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger.health h SET paused_until = ledger.now_ms() + h.pause_ms
  WHERE h.paused_until > ledger.now_ms() + h.pause_ms + 1000;
END $$;

-- Marks deliveries as running, for one attempt each. What cannot be claimed is 'wait' (perhaps later: its destination
-- is paused or probed, or another worker holds it) or 'gone' (nothing is left to do). No row at all: the worker is
-- considered dead.
CREATE FUNCTION ledger.claim(by_worker bigint, ids bigint[])
RETURNS TABLE (id bigint, verdict text, attempts integer, tries integer, uncertain boolean, probe boolean)
-- The guess of a thousand rows would have whole tables joined to a few.
LANGUAGE plpgsql ROWS 20 AS $$
#variable_conflict use_column
DECLARE
  now_ms CONSTANT bigint := ledger.now_ms();
  ailing ledger.health;
  closed text[] := '{}';
  probed text[] := '{}';
  allowed bigint[] := ids;
BEGIN
  -- The lock keeps the worker from being buried while it claims: a claim whose connection broke may still be at work on
  -- the server when the next worker claims, to which this one is not alive yet.
  PERFORM 1 FROM ledger.workers w WHERE w.id = by_worker FOR KEY SHARE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM ledger.shorten_pauses();
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
