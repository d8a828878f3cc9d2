-- What people do with dead letters and old events.

CREATE FUNCTION ledger.revive(ids bigint[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  now_ms CONSTANT bigint := ledger.now_ms();
  letter ledger.deliveries;
  revived integer := 0;
  occupied boolean;
BEGIN
  PERFORM ledger.lock_ordering_keys(array(SELECT d.ordering_key FROM ledger.deliveries d WHERE d.id = ANY (ids)));
  FOR letter IN
    SELECT * FROM ledger.deliveries WHERE id = ANY (ids) AND state = 'dead' ORDER BY id FOR UPDATE
  LOOP
    occupied := EXISTS (
      SELECT 1 FROM ledger.deliveries d WHERE d.ordering_key = letter.ordering_key AND d.destination = letter.destination
        AND d.state IN ('waiting', 'ready', 'running')
    );
    UPDATE ledger.deliveries SET state = CASE WHEN occupied THEN 'waiting' ELSE 'ready' END,
      due_at = now_ms, wait_ms = 0, attempts = 0, reason = NULL, finished_at = NULL WHERE id = letter.id;
    IF NOT occupied THEN
      PERFORM ledger.add_jobs(ARRAY[letter.id], ARRAY[letter.destination], ARRAY[now_ms]);
    END IF;
    revived := revived + 1;
  END LOOP;
  RETURN revived;
END $$;

-- Sends an event once more, behind the deliveries with this ordering key; null for the event's own. Gives the new
-- delivery's id, or null for an unknown event.
CREATE FUNCTION ledger.send_again(
  event_key text, to_destination text, by_route text, wait bigint, quiet bigint, by_ordering_key bigint,
  created bigint
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  sent ledger.events;
  last integer;
BEGIN
  PERFORM ledger.lock_ordering_keys(
    array(SELECT e.ordering_key FROM ledger.events e WHERE e.key = event_key)
      || CASE WHEN by_ordering_key IS NULL THEN '{}'::bigint[] ELSE ARRAY[by_ordering_key] END
  );
  SELECT * INTO sent FROM ledger.events e WHERE e.key = event_key FOR KEY SHARE;
  IF sent.sequence IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT coalesce(max(d.replay), -1) INTO last FROM ledger.deliveries d
  WHERE d.sequence = sent.sequence AND d.destination = to_destination;
  RETURN ledger.add_delivery(sent.sequence, coalesce(by_ordering_key, sent.ordering_key), to_destination, by_route,
    wait, quiet, last + 1, created);
END $$;
