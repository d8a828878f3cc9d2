import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { DeliveryState, DestinationHealth } from '../../contract/delivery.ts';
import type { StoredEvent } from '../../contract/event.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  EventFilter,
  EventSummary,
  ExperienceFilter,
  ExperienceSummary,
  ExportedEvent,
  QueueDepth,
  TimelineBucket,
} from '../../contract/ledger-reader.ts';
import {
  type AttemptRow,
  attemptRecord,
  type BodyRow,
  type DeliveryRecordRow,
  deliveryRecord,
  destinationHealth,
  type EventRow,
  eventWithoutBody,
  type HealthRow,
  storedEvent,
} from './rows.ts';
import { prepareSettingsQueries } from './settings.ts';

const DELIVERY_COLUMNS = `d.id, e.key, d.destination, d.route, d.state, d.due_at, d.tries, d.replay, d.reason,
  d.created_at, d.finished_at`;

interface ExportedDeliveryRow extends DeliveryRecordRow {
  uncertain: number;
  attempts: number;
  ordering_key: string | null;
}

/** The condition for an event `e` received before ?1 that may be removed: none of its deliveries is open or dead. */
export const PRUNABLE = `e.received_at < ?1 AND NOT EXISTS (
  SELECT 1 FROM deliveries d WHERE d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    AND d.state IN ('waiting', 'ready', 'running', 'dead'))`;

/** Everything that is read of the ledger, as functions over one connection. */
export function prepareQueries(database: DatabaseSync) {
  const eventByKey = database.prepare(
    'SELECT e.*, b.body, b.headers FROM events e JOIN bodies b USING (sequence) WHERE e.key = ?',
  );
  const history = database.prepare(`
    WITH RECURSIVE known (sequence, before_sequence) AS (
      SELECT e.sequence, e.before_sequence FROM experiences x JOIN experience_heads h USING (id)
        JOIN events e ON e.sequence = h.last_sequence
      WHERE x.experience_id = ?1 AND x.source = ?3
      UNION ALL
      SELECT e.sequence, e.before_sequence FROM known k JOIN events e ON e.sequence = k.before_sequence
      LIMIT ?2
    )
    -- CROSS JOIN keeps this order of the joins: from a small ledger's statistics, SQLite would scan all bodies
    SELECT e.*, b.body, b.headers FROM known CROSS JOIN events e USING (sequence)
      CROSS JOIN bodies b USING (sequence)
    ORDER BY e.occurred_at, e.sequence
  `);
  const deliveriesOf = database.prepare(`
    SELECT ${DELIVERY_COLUMNS}, d.uncertain, d.attempts, d.ordering_key
    FROM events e JOIN deliveries d ON d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    WHERE e.key = ? ORDER BY d.id
  `);
  const attemptsOf = database.prepare('SELECT * FROM attempts WHERE delivery_id = ? ORDER BY number');
  const stateCounts = database.prepare(
    'SELECT state, COUNT(*) AS count FROM deliveries WHERE id BETWEEN ?1 * 1000 AND ?1 * 1000 + 999 GROUP BY state',
  );
  const fact = database.prepare('SELECT value FROM facts WHERE destination = ? AND key = ?');
  const facts = database.prepare(
    'SELECT key, value FROM facts WHERE destination = ?1 AND substr(key, 1, length(?2)) = ?2 ORDER BY key',
  );
  // The empty name holds only the receiver's own notes.
  const factDestinations = database.prepare("SELECT DISTINCT destination FROM facts WHERE destination <> ''");
  const healthRows = database.prepare('SELECT * FROM health ORDER BY destination');
  const openDepths = database.prepare(`
    SELECT destination, COUNT(*) AS count, MIN(created_at) AS oldest FROM deliveries
    WHERE state IN ('waiting', 'ready', 'running') GROUP BY destination
  `);
  const deadDepths = database.prepare(
    "SELECT destination, COUNT(*) AS count FROM deliveries WHERE state = 'dead' GROUP BY destination",
  );
  const exportEvents = database.prepare(`
    SELECT e.*, b.body, b.headers FROM events e JOIN bodies b USING (sequence)
    WHERE e.sequence > ? ORDER BY e.sequence LIMIT ?
  `);
  const prunable = database.prepare(
    `SELECT sequence FROM events e WHERE ${PRUNABLE} ORDER BY received_at LIMIT ?2`,
  );
  const eventBuckets = database.prepare(`
    SELECT CAST((received_at - ?1) / ?3 AS INTEGER) AS bucket, COUNT(*) AS count FROM events
    WHERE received_at >= ?1 AND received_at < ?2 GROUP BY bucket
  `);
  const deliveryBuckets = database.prepare(`
    SELECT CAST((e.received_at - ?1) / ?3 AS INTEGER) AS bucket, d.state, COUNT(*) AS count
    FROM events e JOIN deliveries d ON d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
    WHERE e.received_at >= ?1 AND e.received_at < ?2 AND d.state IN ('done', 'dead') GROUP BY bucket, d.state
  `);

  function attempts(id: number): AttemptRecord[] {
    return (attemptsOf.all(id) as unknown as AttemptRow[]).map(attemptRecord);
  }

  function deliveries(key: string): DeliveryRecord[] {
    return (deliveriesOf.all(key) as unknown as DeliveryRecordRow[]).map(deliveryRecord);
  }

  return {
    ...prepareSettingsQueries(database),
    event(key: string): StoredEvent | null {
      const row = eventByKey.get(key) as (EventRow & BodyRow) | undefined;
      return row === undefined ? null : storedEvent(row);
    },

    events(filter: EventFilter): EventSummary[] {
      const { where, values } = eventConditions(filter);
      const rows = database
        .prepare(`SELECT e.* FROM events e ${where} ORDER BY e.sequence DESC LIMIT ?`)
        .all(...values, filter.limit) as unknown as EventRow[];
      return rows.map((row) => {
        const counts = stateCounts.all(row.sequence) as { state: DeliveryState; count: number }[];
        return {
          ...eventWithoutBody(row),
          deliveries: Object.fromEntries(counts.map(({ state, count }) => [state, count])),
        };
      });
    },

    history({
      source,
      experienceId,
      limit,
    }: {
      source: string;
      experienceId: string;
      limit: number;
    }): StoredEvent[] {
      const rows = history.all(experienceId, limit, source) as unknown as (EventRow & BodyRow)[];
      return rows.map(storedEvent);
    },

    deliveries,
    attempts,

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

    experiences(filter: ExperienceFilter): ExperienceSummary[] {
      const rows = database
        .prepare(`
          SELECT experience_id AS experienceId, name, organization_id AS organizationId, source,
            first_at AS firstAt, last_at AS lastAt, events
          FROM experiences JOIN experience_heads USING (id)
          WHERE (?1 IS NULL OR name LIKE ?1 ESCAPE '\\') AND (?2 IS NULL OR last_at < ?2)
            AND (?4 IS NULL OR experience_id = ?4) AND (?5 IS NULL OR source = ?5)
          ORDER BY last_at DESC LIMIT ?3
        `)
        .all(
          filter.search === undefined ? null : containing(filter.search),
          filter.beforeLastAt ?? null,
          filter.limit,
          filter.experienceId ?? null,
          filter.source ?? null,
        );
      return rows.map((row) => ({ ...row })) as unknown as ExperienceSummary[];
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

    /** The sequences of the oldest events that may be removed. */
    prunable({ before, limit }: { before: number; limit: number }): number[] {
      return (prunable.all(before, limit) as { sequence: number }[]).map(({ sequence }) => sequence);
    },

    recall({ destination, key }: { destination: string; key: string }): string | null {
      return (fact.get(destination, key) as { value: string } | undefined)?.value ?? null;
    },

    recallAll({ destination, prefix }: { destination: string; prefix: string }): Record<string, string> {
      const rows = facts.all(destination, prefix) as { key: string; value: string }[];
      return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
    },

    /** The names under which something is remembered. */
    factDestinations(): string[] {
      return (factDestinations.all() as { destination: string }[]).map(({ destination }) => destination);
    },
  };
}

export type Queries = ReturnType<typeof prepareQueries>;

function eventConditions(filter: EventFilter): { where: string; values: SQLInputValue[] } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...added: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...added);
  };
  if (filter.action !== undefined) add('e.action = ?', filter.action);
  if (filter.experienceId !== undefined) add('e.experience_id = ?', filter.experienceId);
  if (filter.source !== undefined) add('e.source = ?', filter.source);
  if (filter.origin !== undefined) add('e.origin = ?', filter.origin);
  if (filter.receivedFrom !== undefined) add('e.received_at >= ?', filter.receivedFrom);
  if (filter.receivedTo !== undefined) add('e.received_at < ?', filter.receivedTo);
  if (filter.beforeSequence !== undefined) add('e.sequence < ?', filter.beforeSequence);
  if (filter.problem !== undefined) add(`e.problem IS ${filter.problem ? 'NOT ' : ''}NULL`);
  if (filter.search !== undefined) {
    add(
      "(e.experience_name LIKE ? ESCAPE '\\' OR e.experience_id = ? OR e.key = ?)",
      containing(filter.search),
      filter.search,
      filter.search,
    );
  }
  if (filter.destination !== undefined || filter.state !== undefined) {
    add(
      `EXISTS (SELECT 1 FROM deliveries d WHERE d.id BETWEEN e.sequence * 1000 AND e.sequence * 1000 + 999
        AND d.destination = COALESCE(?, d.destination) AND d.state = COALESCE(?, d.state))`,
      filter.destination ?? null,
      filter.state ?? null,
    );
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** A LIKE pattern for text that contains this, whatever characters it has. */
function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
