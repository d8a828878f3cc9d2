import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AttemptRecord, DeliveryRecord, ExportedEvent } from '../../contract/ledger-reader.ts';
import {
  type AttemptRow,
  attemptRecord,
  type BodyRow,
  type DeliveryRecordRow,
  deliveryRecord,
  type EventRow,
  storedEvent,
} from './rows.ts';

const DELIVERY_COLUMNS = `d.id, e.key, d.destination, d.route, d.state, d.due_at, d.tries, d.replay, d.reason,
  d.created_at, d.finished_at`;

interface ExportedDeliveryRow extends DeliveryRecordRow {
  uncertain: number;
  attempts: number;
  ordering_key: string | null;
}

/** What is read of deliveries and their attempts, and whole events for an export. */
export function prepareDeliveryQueries(database: DatabaseSync) {
  const deliveriesOf = database.prepare(`
    SELECT ${DELIVERY_COLUMNS}, d.uncertain, d.attempts, d.ordering_key
    FROM events e JOIN deliveries d ON d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    WHERE e.key = ? ORDER BY d.id
  `);
  const attemptsOf = database.prepare('SELECT * FROM attempts WHERE delivery_id = ? ORDER BY number');
  const exportEvents = database.prepare(`
    SELECT e.*, b.body, b.headers FROM events e JOIN bodies b USING (sequence)
    WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?
  `);

  function attempts(id: number): AttemptRecord[] {
    return (attemptsOf.all(id) as unknown as AttemptRow[]).map(attemptRecord);
  }

  return {
    attempts,

    deliveries(key: string): DeliveryRecord[] {
      return (deliveriesOf.all(key) as unknown as DeliveryRecordRow[]).map(deliveryRecord);
    },

    deadLetters(filter: { destination?: string; afterId?: number; limit: number }): DeliveryRecord[] {
      const conditions = ["d.state = 'dead'", 'd.id > ?'];
      const values: SQLInputValue[] = [filter.afterId ?? 0];
      if (filter.destination !== undefined) {
        conditions.push('d.destination = ?');
        values.push(filter.destination);
      }
      const rows = database
        .prepare(`SELECT ${DELIVERY_COLUMNS} FROM deliveries d JOIN events e ON e.sequence = d.id / 1000
          WHERE ${conditions.join(' AND ')} ORDER BY d.id LIMIT ?`)
        .all(...values, filter.limit) as unknown as DeliveryRecordRow[];
      return rows.map(deliveryRecord);
    },

    exportPage({ afterSequence, limit }: { afterSequence: number; limit: number }): ExportedEvent[] {
      const rows = exportEvents.all(afterSequence, limit) as unknown as (EventRow & BodyRow)[];
      return rows.map((row) => ({
        ...storedEvent(row),
        deliveries: (deliveriesOf.all(row.key) as unknown as ExportedDeliveryRow[]).map((delivery) => ({
          ...deliveryRecord(delivery),
          attemptRecords: attempts(delivery.id),
          uncertain: delivery.uncertain === 1,
          countedAttempts: delivery.attempts,
          orderingKey: delivery.ordering_key,
        })),
      }));
    },
  };
}
