import type pg from 'pg';
import type { DestinationHealth } from '../../contract/delivery.ts';
import type { StoredEvent } from '../../contract/event.ts';
import { experienceKey } from '../../contract/experience-key.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  EventFilter,
  EventSummary,
  ExperienceFilter,
  ExperienceSummary,
  ExportedDelivery,
  ExportedEvent,
  HistoryEntry,
  QueueDepth,
  TimelineBucket,
} from '../../contract/ledger-reader.ts';
import {
  ATTEMPT_COLUMNS,
  BODY_COLUMNS,
  DELIVERY_COLUMNS,
  destinationHealth,
  EVENT_COLUMNS,
  type EventRow,
  HEALTH_COLUMNS,
  type HealthRow,
  storedEvent,
} from './rows.ts';
import { orderingKeyHash, storable } from './write.ts';

type Pool = Pick<pg.Pool, 'query'>;

export async function readEvent(pool: Pool, key: string): Promise<StoredEvent | null> {
  const { rows } = await pool.query<EventRow>(
    `SELECT ${EVENT_COLUMNS}, ${BODY_COLUMNS} FROM ledger.events e JOIN ledger.bodies b USING (sequence)
    WHERE e.key = $1`,
    [storable(key)],
  );
  return rows[0] === undefined ? null : storedEvent(rows[0]);
}

export async function readEvents(pool: Pool, filter: EventFilter): Promise<EventSummary[]> {
  const { where, values } = eventConditions(filter);
  const { rows } = await pool.query<EventSummary>(
    `SELECT ${EVENT_COLUMNS}, coalesce((
      SELECT json_object_agg(s.state, s.count) FROM (
        SELECT d.state, count(*) FROM ledger.deliveries d WHERE d.sequence = e.sequence GROUP BY d.state
      ) s
    ), '{}') AS deliveries
    FROM ledger.events e ${where} ORDER BY e.sequence DESC LIMIT $${values.length + 1}`,
    [...values, filter.limit],
  );
  return rows;
}

/** The $4 last accepted events `e` of an experience; see {@link ofExperience} for the values. */
const LAST_OF_EXPERIENCE = `
  WHERE e.ordering_key = $1 AND e.source = $2 AND e.experience_id = $3 AND e.action IS NOT NULL
  ORDER BY e.sequence DESC LIMIT $4`;

function ofExperience(source: string, experienceId: string, limit: number): unknown[] {
  return [orderingKeyHash(experienceKey(source, experienceId)), source, storable(experienceId), limit];
}

export async function readHistoryEntries(
  pool: Pool,
  source: string,
  experienceId: string,
  limit: number,
): Promise<HistoryEntry[]> {
  const { rows } = await pool.query<HistoryEntry>({
    name: 'history-entries',
    text: `SELECT e.sequence, e.received_at, e.triggered_by FROM ledger.events e ${LAST_OF_EXPERIENCE}`,
    values: ofExperience(source, experienceId, limit),
    rowMode: 'array',
  } as pg.QueryArrayConfig);
  return rows;
}

export async function readEventsOf(pool: Pool, sequences: readonly number[]): Promise<StoredEvent[]> {
  const { rows } = await pool.query<EventRow>({
    name: 'events-of',
    text: `SELECT ${EVENT_COLUMNS}, ${BODY_COLUMNS} FROM ledger.events e JOIN ledger.bodies b USING (sequence)
      WHERE e.sequence = ANY ($1)`,
    values: [sequences],
  });
  return rows.map(storedEvent);
}

export async function readHistory(
  pool: Pool,
  source: string,
  experienceId: string,
  limit: number,
): Promise<StoredEvent[]> {
  const { rows } = await pool.query<EventRow>({
    name: 'history',
    text: `SELECT ${EVENT_COLUMNS}, ${BODY_COLUMNS} FROM ledger.events e JOIN ledger.bodies b USING (sequence)
      ${LAST_OF_EXPERIENCE}`,
    values: ofExperience(source, experienceId, limit),
  });
  // As the column orders: what has no time comes first.
  const time = ({ occurredAt }: EventRow): number => occurredAt ?? Number.NEGATIVE_INFINITY;
  return rows.sort((one, other) => time(one) - time(other) || one.sequence - other.sequence).map(storedEvent);
}

export async function readDeliveries(pool: Pool, eventKey: string): Promise<DeliveryRecord[]> {
  const { rows } = await pool.query<DeliveryRecord>(
    `SELECT ${DELIVERY_COLUMNS} FROM ledger.deliveries d JOIN ledger.events e USING (sequence)
    WHERE e.key = $1 ORDER BY d.id`,
    [storable(eventKey)],
  );
  return rows;
}

export async function readAttempts(pool: Pool, deliveryId: number): Promise<AttemptRecord[]> {
  const { rows } = await pool.query<AttemptRecord>(
    `SELECT ${ATTEMPT_COLUMNS} FROM ledger.attempts a WHERE a.delivery_id = $1 ORDER BY a.number`,
    [deliveryId],
  );
  return rows;
}

export async function readDeadLetters(
  pool: Pool,
  filter: { destination?: string; afterId?: number; limit: number },
): Promise<DeliveryRecord[]> {
  const { rows } = await pool.query<DeliveryRecord>(
    `SELECT ${DELIVERY_COLUMNS} FROM ledger.deliveries d JOIN ledger.events e USING (sequence)
    WHERE d.state = 'dead' AND d.id > $1 AND d.destination = coalesce($2, d.destination)
    ORDER BY d.id LIMIT $3`,
    [filter.afterId ?? 0, filter.destination ?? null, filter.limit],
  );
  return rows;
}

export async function readDepths(pool: Pool): Promise<QueueDepth[]> {
  const { rows } = await pool.query<QueueDepth>(`
    SELECT destination, count(*) FILTER (WHERE state <> 'dead') AS open,
      count(*) FILTER (WHERE state = 'dead') AS dead,
      min(created_at) FILTER (WHERE state <> 'dead') AS "oldestAt"
    FROM (
      SELECT destination, state, created_at FROM ledger.deliveries
      WHERE state IN ('waiting', 'ready', 'running')
      UNION ALL
      SELECT destination, state, created_at FROM ledger.deliveries WHERE state = 'dead'
    ) d GROUP BY destination ORDER BY destination`);
  return rows;
}

export async function readHealth(pool: Pool): Promise<DestinationHealth[]> {
  const { rows } = await pool.query<HealthRow>(
    `SELECT ${HEALTH_COLUMNS} FROM ledger.health h ORDER BY h.destination`,
  );
  return rows.map(destinationHealth);
}

export async function readExperiences(pool: Pool, filter: ExperienceFilter): Promise<ExperienceSummary[]> {
  const { rows } = await pool.query<ExperienceSummary>(
    `SELECT experience_id AS "experienceId", name, organization_id AS "organizationId", source,
      first_at AS "firstAt", last_at AS "lastAt", events
    FROM ledger.experiences
    WHERE ($1::text IS NULL OR name ILIKE $1) AND ($2::bigint IS NULL OR last_at < $2)
      AND ($4::text IS NULL OR experience_id = $4) AND ($5::text IS NULL OR source = $5)
    ORDER BY last_at DESC LIMIT $3`,
    [
      filter.search === undefined ? null : containing(filter.search),
      filter.beforeLastAt ?? null,
      filter.limit,
      storable(filter.experienceId ?? null),
      filter.source ?? null,
    ],
  );
  return rows;
}

export async function readTimeline(
  pool: Pool,
  from: number,
  to: number,
  bucketMs: number,
): Promise<TimelineBucket[]> {
  const { rows } = await pool.query<{ bucket: number; what: 'events' | 'done' | 'dead'; count: number }>(
    `SELECT (received_at - $1) / $3 AS bucket, 'events' AS what, count(*) FROM ledger.events
    WHERE received_at >= $1 AND received_at < $2 AND origin <> 'test' GROUP BY bucket
    UNION ALL
    SELECT (finished_at - $1) / $3 AS bucket, state AS what, count(*)
    FROM ledger.deliveries JOIN ledger.events USING (sequence)
    WHERE finished_at >= $1 AND finished_at < $2 AND state IN ('done', 'dead') AND origin <> 'test'
    GROUP BY bucket, state`,
    [from, to, bucketMs],
  );
  const buckets = Array.from({ length: Math.ceil((to - from) / bucketMs) }, (_, index) => ({
    from: from + index * bucketMs,
    events: 0,
    done: 0,
    dead: 0,
  }));
  for (const { bucket, what, count } of rows) {
    (buckets[bucket] as TimelineBucket)[what] = count;
  }
  return buckets;
}

/**
 * The next page of an export. Sequences are given out before their commits: what would still appear below
 * the last one is waited for, by a lock that every write conflicts with, held for a moment.
 */
export async function readExportPage(
  pool: pg.Pool,
  afterSequence: number,
  limit: number,
): Promise<ExportedEvent[]> {
  const client = await pool.connect();
  let settled: number;
  try {
    await client.query('BEGIN; LOCK TABLE ledger.events IN SHARE MODE');
    const { rows } = await client.query<{ last: number }>(
      'SELECT coalesce(max(sequence), 0) AS last FROM ledger.events',
    );
    await client.query('COMMIT');
    settled = (rows[0] as { last: number }).last;
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
  const { rows } = await pool.query<EventRow>(
    `SELECT ${EVENT_COLUMNS}, ${BODY_COLUMNS} FROM ledger.events e JOIN ledger.bodies b USING (sequence)
    WHERE e.sequence > $1 AND e.sequence <= $2 ORDER BY e.sequence LIMIT $3`,
    [afterSequence, settled, limit],
  );
  const sequences = rows.map(({ sequence }) => sequence);
  const deliveries = await pool.query<Omit<ExportedDelivery, 'attemptRecords'>>(
    `SELECT ${DELIVERY_COLUMNS}, d.uncertain, d.attempts AS "countedAttempts", NULL AS "orderingKey"
    FROM ledger.deliveries d JOIN ledger.events e USING (sequence) WHERE d.sequence = ANY ($1) ORDER BY d.id`,
    [sequences],
  );
  const attempts = await pool.query<AttemptRecord>(
    `SELECT ${ATTEMPT_COLUMNS} FROM ledger.attempts a JOIN ledger.deliveries d ON d.id = a.delivery_id
    WHERE d.sequence = ANY ($1) ORDER BY a.delivery_id, a.number`,
    [sequences],
  );
  const attemptsOf = Map.groupBy(attempts.rows, ({ deliveryId }) => deliveryId);
  const deliveriesOf = Map.groupBy(deliveries.rows, ({ eventKey }) => eventKey);
  return rows.map((row) => ({
    ...storedEvent(row),
    deliveries: (deliveriesOf.get(row.key) ?? []).map((record) => ({
      ...record,
      attemptRecords: attemptsOf.get(record.id) ?? [],
    })),
  }));
}

export async function readFact(pool: Pool, destination: string, key: string): Promise<string | null> {
  const { rows } = await pool.query<{ value: string }>(
    'SELECT value FROM ledger.facts WHERE destination = $1 AND key = $2',
    [destination, storable(key)],
  );
  return rows[0]?.value ?? null;
}

export async function readFacts(
  pool: Pool,
  destination: string,
  prefix: string,
): Promise<Record<string, string>> {
  const { rows } = await pool.query<{ key: string; value: string }>(
    'SELECT key, value FROM ledger.facts WHERE destination = $1 AND starts_with(key, $2) ORDER BY key',
    [destination, storable(prefix)],
  );
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

function eventConditions(filter: EventFilter): { where: string; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const given = (value: unknown): string =>
    `$${values.push(typeof value === 'string' ? storable(value) : value)}`;
  const add = (condition: (value: string) => string, value: unknown): void => {
    if (value !== undefined) {
      conditions.push(condition(given(value)));
    }
  };
  add((value) => `e.action = ${value}`, filter.action);
  add(
    (value) => `e.experience_id = ${value} AND e.ordering_key = ANY (array(
      SELECT x.ordering_key FROM ledger.experiences x WHERE x.experience_id = ${value}))`,
    filter.experienceId,
  );
  add((value) => `e.source = ${value}`, filter.source);
  add((value) => `e.origin = ${value}`, filter.origin);
  add((value) => `e.received_at >= ${value}`, filter.receivedFrom);
  add((value) => `e.received_at < ${value}`, filter.receivedTo);
  add((value) => `e.sequence < ${value}`, filter.beforeSequence);
  if (filter.problem !== undefined) {
    conditions.push(`e.problem IS ${filter.problem ? 'NOT ' : ''}NULL`);
  }
  if (filter.search !== undefined) {
    const [like, whole] = [given(containing(filter.search)), given(filter.search)];
    conditions.push(`(e.experience_name ILIKE ${like} OR e.experience_id = ${whole} OR e.key = ${whole})`);
  }
  if (filter.destination !== undefined || filter.state !== undefined) {
    const [destination, state] = [given(filter.destination ?? null), given(filter.state ?? null)];
    conditions.push(`EXISTS (SELECT 1 FROM ledger.deliveries d WHERE d.sequence = e.sequence
      AND d.destination = coalesce(${destination}, d.destination) AND d.state = coalesce(${state}, d.state))`);
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** A pattern for text that contains this, whatever characters it has; upper and lower case are one. */
function containing(text: string): string {
  return `%${storable(text).replace(/[\\%_]/g, '\\$&')}%`;
}
