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
  -- Once more under the lock: an event may have been sent again after the statement above judged it.
  old := array(
    SELECT locked.sequence FROM unnest(old) AS locked (sequence) WHERE NOT EXISTS (
      SELECT 1 FROM ledger.deliveries d
      WHERE d.sequence = locked.sequence AND d.state IN ('waiting', 'ready', 'running', 'dead')
    )
  );
  DELETE FROM ledger.attempts a USING ledger.deliveries d WHERE d.sequence = ANY (old) AND a.delivery_id = d.id;
  DELETE FROM ledger.deliveries WHERE sequence = ANY (old);
  DELETE FROM ledger.bodies WHERE sequence = ANY (old);
  -- Facts about single events (CHANGE_LOG in receivers/contract/ledger.ts).
  DELETE FROM ledger.facts f USING ledger.events e
    WHERE e.sequence = ANY (old) AND f.destination = 'change-log' AND f.key = e.key;
  DELETE FROM ledger.events WHERE sequence = ANY (old);
  DELETE FROM ledger.experiences WHERE last_sequence = ANY (old);
  RETURN cardinality(old);
END $$;
