import type pg from 'pg';
import type { ClaimedDelivery } from '../../contract/delivery.ts';
import { BODY_COLUMNS, EVENT_COLUMNS, type EventRow, storedEvent } from './rows.ts';

/**
 * The answer to asking for a delivery:
 * - claimed: it is marked as running, for this try
 * - wait: its destination is paused or probed, or another worker still holds it
 * - gone: nothing is left to do
 */
export type Claim =
  | { verdict: 'claimed'; tries: number; delivery: ClaimedDelivery }
  | { verdict: 'wait' }
  | { verdict: 'gone' };

/** What an event's first delivery included, its further ones include too. */
const CLAIM = `
  SELECT c.id, c.verdict, c.attempts AS attempt, c.tries, c.uncertain, c.probe,
    d.destination, d.route, d.replay, d.created_at AS "createdAt", ${EVENT_COLUMNS}, ${BODY_COLUMNS},
    array(
      SELECT m.key FROM ledger.deliveries sent
      JOIN ledger.deliveries o ON o.merged_into = sent.id
      JOIN ledger.events m ON m.sequence = o.sequence
      WHERE sent.sequence = d.sequence AND sent.destination = d.destination ORDER BY o.id
    ) AS merged
  FROM ledger.claim($1, $2) c
  LEFT JOIN ledger.deliveries d ON d.id = c.id AND c.verdict = 'claimed'
  LEFT JOIN ledger.events e ON e.sequence = d.sequence
  LEFT JOIN ledger.bodies b ON b.sequence = d.sequence`;

type Row = Omit<ClaimedDelivery, 'event' | 'eventKey'> &
  EventRow & { verdict: Claim['verdict']; tries: number };

/**
 * Marks deliveries as running, durably, before their attempts start: one that is found running after its
 * worker died may have arrived. Gives nothing at all if the worker itself is considered dead.
 */
export async function claimDeliveries(
  pool: pg.Pool,
  worker: number,
  ids: readonly number[],
): Promise<Map<number, Claim>> {
  const { rows } = await pool.query<Row>({ name: 'claim', text: CLAIM, values: [worker, ids] });
  return new Map(rows.map((row) => [row.id, claimOf(row)]));
}

function claimOf(row: Row): Claim {
  const {
    verdict,
    tries,
    id,
    attempt,
    uncertain,
    probe,
    destination,
    route,
    replay,
    createdAt,
    merged,
    ...event
  } = row;
  if (verdict !== 'claimed') {
    return { verdict };
  }
  return {
    verdict,
    tries,
    delivery: {
      id,
      eventKey: event.key,
      destination,
      route,
      attempt,
      uncertain,
      replay,
      probe,
      createdAt,
      event: storedEvent(event),
      merged,
    },
  };
}
