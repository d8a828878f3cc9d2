import type { DatabaseSync } from 'node:sqlite';
import type { NewDelivery } from '../../contract/event.ts';
import { orderingKey } from '../../contract/experience-key.ts';
import { deliveryRow } from './accept-row.ts';
import { deliveryIds, IDS_PER_EVENT, ORDERING_KEY } from './delivery-ids.ts';
import type { DeliveryLine } from './delivery-line.ts';

export interface SendAgainRequest {
  key: string;
  added: NewDelivery;
  /** Instead of the event's own; null for that. */
  orderingKey: string | null;
  /** Milliseconds since 1970. */
  now: number;
}

interface OrderedRow {
  id: number;
  destination: string;
  orderingKey: string;
}

/** What people do with waiting deliveries, dead letters and old events. */
export function prepareReplays(database: DatabaseSync, line: DeliveryLine) {
  const inState = database.prepare(
    `SELECT d.id, d.destination, ${ORDERING_KEY} AS orderingKey
     FROM deliveries d JOIN events e ON e.sequence = d.id / ${IDS_PER_EVENT} WHERE d.id = ? AND d.state = ?`,
  );
  const revive = database.prepare(`
    UPDATE deliveries SET state = ?2, due_at = ?3, wait_ms = 0, attempts = 0, reason = NULL, finished_at = NULL,
      quiet_ms = NULL
    WHERE id = ?1
  `);
  const dismiss = database.prepare(
    "UPDATE deliveries SET state = 'dismissed', finished_at = ?2 WHERE id = ?1 AND state = 'dead'",
  );
  const setOrderingKey = database.prepare('UPDATE deliveries SET ordering_key = ?2 WHERE id = ?1');
  const eventByKey = database.prepare(
    'SELECT sequence, key, source, experience_id AS experienceId FROM events WHERE key = ?',
  );
  const lastIds = database.prepare(`
    SELECT MAX(id) AS id, MAX(CASE WHEN destination = ?3 THEN replay END) AS replay FROM deliveries
    WHERE id BETWEEN ?1 AND ?2
  `);

  return {
    /** Gives the destination of each one revived. */
    reviveDeadLetters({ ids, now }: { ids: readonly number[]; now: number }): string[] {
      const revived: string[] = [];
      for (const each of [...ids].sort((one, other) => one - other)) {
        const row = inState.get(each, 'dead') as OrderedRow | undefined;
        if (row !== undefined) {
          const state = line.open.last(row.destination, row.orderingKey) === undefined ? 'ready' : 'waiting';
          revive.run(row.id, state, now);
          line.open.add({
            ...row,
            state,
            due: line.clock.now(),
            quietMs: null,
            heldSince: null,
            untried: false,
          });
          revived.push(row.destination);
        }
      }
      return revived;
    },

    /** Gives the destination of the delivery; null if it does not wait for its time. */
    deliverNow({ id, now }: { id: number; now: number }): string | null {
      const row = inState.get(id, 'ready') as OrderedRow | undefined;
      const delivery = row && line.open.find(row.destination, row.orderingKey, row.id);
      if (delivery === undefined) {
        return null;
      }
      line.bringForward(delivery, now);
      return delivery.destination;
    },

    dismissDeadLetters({ ids, now }: { ids: readonly number[]; now: number }): number {
      return ids.reduce((count, id) => count + Number(dismiss.run(id, now).changes), 0);
    },

    /** Gives the delivery's id; null for an unknown event, 0 if the event has no room for another delivery. */
    sendAgain({ key, added, orderingKey: wanted, now }: SendAgainRequest): number | null {
      const event = eventByKey.get(key) as
        | { sequence: number; key: string; source: string; experienceId: string | null }
        | undefined;
      if (event === undefined) {
        return null;
      }
      const [first, end] = deliveryIds(event.sequence);
      const last = lastIds.get(first, end, added.destination) as { id: number | null; replay: number | null };
      const id = last.id === null ? first : last.id + 1;
      if (id > end) {
        return 0;
      }
      const replay = last.replay === null ? 0 : last.replay + 1;
      line.add(id, wanted ?? orderingKey(event), [deliveryRow(added)], replay, now);
      if (wanted !== null) {
        setOrderingKey.run(id, wanted);
      }
      return id;
    },
  };
}
