import type { DatabaseSync } from 'node:sqlite';
import type { DestinationHealth } from '../../contract/delivery.ts';
import type { QueueDepth, TimelineBucket } from '../../contract/ledger-reader.ts';
import { destinationHealth, type HealthRow } from './rows.ts';

/** How many events and deliveries there are, by destination and by time, and how the destinations are. */
export function prepareCountQueries(database: DatabaseSync) {
  const openDepths = database.prepare(`
    SELECT destination, COUNT(*) AS count, MIN(created_at) AS oldest FROM deliveries
    WHERE state IN ('waiting', 'ready', 'running') GROUP BY destination
  `);
  const deadDepths = database.prepare(
    "SELECT destination, COUNT(*) AS count FROM deliveries WHERE state = 'dead' GROUP BY destination",
  );
  const healthRows = database.prepare('SELECT * FROM health ORDER BY destination');
  const eventBuckets = database.prepare(`
    SELECT CAST((received_at - ?1) / ?3 AS INTEGER) AS bucket, COUNT(*) AS count FROM events
    WHERE received_at >= ?1 AND received_at < ?2 AND origin <> 'test' GROUP BY bucket
  `);
  const deliveryBuckets = database.prepare(`
    SELECT CAST((e.received_at - ?1) / ?3 AS INTEGER) AS bucket, d.state, COUNT(*) AS count
    FROM events e JOIN deliveries d ON d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    WHERE e.received_at >= ?1 AND e.received_at < ?2 AND e.origin <> 'test' AND d.state IN ('done', 'dead')
    GROUP BY bucket, d.state
  `);

  return {
    depths(): QueueDepth[] {
      const depths = new Map<string, QueueDepth>();
      for (const row of openDepths.all() as { destination: string; count: number; oldest: number }[]) {
        depths.set(row.destination, {
          destination: row.destination,
          open: row.count,
          dead: 0,
          oldestAt: row.oldest,
        });
      }
      for (const { destination, count } of deadDepths.all() as { destination: string; count: number }[]) {
        const depth = depths.get(destination) ?? { destination, open: 0, dead: 0, oldestAt: null };
        depths.set(destination, { ...depth, dead: count });
      }
      return [...depths.values()];
    },

    health(): DestinationHealth[] {
      return (healthRows.all() as unknown as HealthRow[]).map((row) => destinationHealth(row, Date.now()));
    },

    timeline({ from, to, bucketMs }: { from: number; to: number; bucketMs: number }): TimelineBucket[] {
      const buckets = Array.from({ length: Math.ceil((to - from) / bucketMs) }, (_, index) => ({
        from: from + index * bucketMs,
        events: 0,
        done: 0,
        dead: 0,
      }));
      const events = eventBuckets.all(from, to, bucketMs) as { bucket: number; count: number }[];
      for (const { bucket, count } of events) {
        (buckets[bucket] as TimelineBucket).events = count;
      }
      const ended = deliveryBuckets.all(from, to, bucketMs) as {
        bucket: number;
        state: 'done' | 'dead';
        count: number;
      }[];
      for (const { bucket, state, count } of ended) {
        (buckets[bucket] as TimelineBucket)[state] = count;
      }
      return buckets;
    },
  };
}
