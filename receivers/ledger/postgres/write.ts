import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { DestinationHealth, HealthRule, Settlement } from '../../contract/delivery.ts';
import type { NewEvent } from '../../contract/event.ts';
import { orderingKey } from '../../contract/experience-key.ts';
import { applyRule, healthAt, keepHealth } from '../pause.ts';
import { waitMs } from '../wait.ts';
import { destinationHealth, HEALTH_COLUMNS, type HealthRow } from './rows.ts';

/** An attempt's outcome on its way into the ledger. */
export interface Settling {
  id: number;
  /** Which of the delivery's tries it is: an outcome of another than the last is not written. */
  tries: number;
  destination: string;
  settlement: Settlement;
}

/**
 * The ordering key of this text as PostgreSQL's bigint in decimal: the first 64 bits of its SHA-256. Deliveries with the
 * same one stay in order.
 */
export function orderingKeyHash(text: string): string {
  return createHash('sha256').update(text).digest().readBigInt64BE().toString();
}

/** PostgreSQL's text holds no NUL. */
export function storable<T extends string | null>(text: T): T {
  return (text?.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text) as T;
}

const ACCEPT = `SELECT ledger.accept($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
  $18) AS accepted`;

/** Writes events with their deliveries in one statement; gives for each whether it is new. */
export async function writeEvents(pool: pg.Pool, events: readonly NewEvent[]): Promise<boolean[]> {
  const deliveries = events.flatMap((event, index) =>
    event.deliveries.map((delivery) => ({
      nth: index + 1,
      waitMs: waitMs(delivery.dueAt, event.receivedAt),
      ...delivery,
    })),
  );
  const { rows } = await pool.query<{ accepted: boolean[] }>({
    name: 'accept',
    text: ACCEPT,
    values: [
      events.map(({ key }) => storable(key)),
      events.map(({ source }) => storable(source)),
      events.map(({ origin }) => origin),
      events.map(({ action }) => storable(action)),
      events.map(({ experienceId }) => storable(experienceId)),
      events.map(({ experienceName }) => storable(experienceName)),
      events.map(({ organizationId }) => storable(organizationId)),
      events.map(({ occurredAt }) => occurredAt),
      events.map(({ receivedAt }) => receivedAt),
      events.map(({ problem }) => storable(problem)),
      events.map((event) => orderingKeyHash(orderingKey(event))),
      byteArrays(events.map(({ body }) => body)),
      events.map(({ headers }) => JSON.stringify(headers)),
      deliveries.map(({ nth }) => nth),
      deliveries.map(({ destination }) => destination),
      deliveries.map(({ route }) => route),
      deliveries.map(({ waitMs }) => waitMs),
      deliveries.map(({ quietMs }) => quietMs),
    ],
  });
  return (rows[0] as { accepted: boolean[] }).accepted;
}

const BYTEA = 17;

/**
 * Bytes in PostgreSQL's binary form of a one-dimensional `bytea[]` (`array_send`): the textual one takes
 * twice the room, and time on both sides.
 */
export function byteArrays(values: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(20);
  [1, 0, BYTEA, values.length, 1].forEach((field, index) => {
    head.writeInt32BE(field, index * 4);
  });
  const parts: Uint8Array[] = [head];
  for (const value of values) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value.byteLength);
    parts.push(length, value);
  }
  return Buffer.concat(parts);
}

const SETTLE = `SELECT ledger.settle($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS id`;

/** Writes outcomes in one statement; gives the deliveries that the worker still held. */
export async function writeOutcomes(
  client: pg.Pool | pg.PoolClient,
  worker: number,
  items: readonly Settling[],
): Promise<Set<number>> {
  const settlements = items.map(({ settlement }) => settlement);
  const facts = items.flatMap(({ id, settlement: { outcome } }) =>
    Object.entries(outcome.remember ?? {}).map(([key, value]) => ({ id, key, value })),
  );
  const { rows } = await client.query<{ id: number }>({
    name: 'settle',
    text: SETTLE,
    values: [
      worker,
      items.map(({ id }) => id),
      items.map(({ tries }) => tries),
      settlements.map(({ state }) => state),
      settlements.map(({ startedAt }) => startedAt),
      settlements.map(({ finishedAt }) => finishedAt),
      settlements.map(({ state, outcome }) => (state === 'dead' ? 'dead' : outcome.type)),
      settlements.map(({ outcome }) => storable(noteOf(outcome))),
      settlements.map(({ outcome }) => storable(outcome.answer ?? null)),
      settlements.map((settlement) => storable(reasonOf(settlement))),
      settlements.map((settlement) =>
        settlement.state === 'ready' ? waitMs(settlement.dueAt, settlement.finishedAt) : null,
      ),
      settlements.map((settlement) => settlement.state !== 'ready' || settlement.attemptCounts),
      settlements.map((settlement) => settlement.state !== 'done' && settlement.uncertain),
      facts.map(({ id }) => id),
      facts.map(({ key }) => storable(key)),
      facts.map(({ value }) => storable(value)),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

function noteOf(outcome: Settlement['outcome']): string | null {
  return outcome.type === 'done' ? (outcome.note ?? null) : outcome.reason;
}

function reasonOf(settlement: Settlement): string | null {
  return settlement.state === 'dead'
    ? settlement.reason
    : settlement.state === 'ready'
      ? noteOf(settlement.outcome)
      : null;
}

/**
 * Applies the rule to outcomes, in order, starting from the health in the ledger, inside the caller's transaction: each
 * process decides by what all processes saw. Gives the destinations' health afterwards.
 */
export async function writeHealth(
  client: pg.PoolClient,
  rule: HealthRule,
  items: readonly Settling[],
): Promise<DestinationHealth[]> {
  const destinations = [...new Set(items.map(({ destination }) => destination))].sort();
  await client.query(
    'INSERT INTO ledger.health (destination) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING',
    [destinations],
  );
  const { rows } = await client.query<HealthRow>(
    `SELECT ${HEALTH_COLUMNS} FROM ledger.health h WHERE h.destination = ANY ($1)
    ORDER BY h.destination FOR UPDATE`,
    [destinations],
  );
  const now = Date.now();
  // Pauses are lengths of time from here on, whatever the clock of each attempt said.
  const steady = 0;
  const after = rows
    .map(destinationHealth)
    .map((health) =>
      items
        .filter(({ destination }) => destination === health.destination)
        .reduce(
          (kept, { settlement: { outcome, finishedAt } }) =>
            applyRule(rule, kept, outcome, { wall: finishedAt, steady }),
          keepHealth(health, { wall: now, steady }),
        ),
    );
  const healths = after.map((kept) => healthAt(kept, { wall: now, steady }));
  await client.query(
    `UPDATE ledger.health h SET pause_ms = n.pause_ms,
      paused_until = CASE WHEN n.pause_ms > 0 THEN ledger.now_ms() + n.pause_ms ELSE 0 END, pause_reason = n.pause_reason,
      failures = n.failures, failing_since = n.failing_since, last_success_at = n.last_success_at,
      last_failure_at = n.last_failure_at, last_failure = n.last_failure, probing = n.probing
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::integer[], $5::bigint[], $6::bigint[], $7::bigint[],
      $8::text[], $9::boolean[]) AS n (destination, pause_ms, pause_reason, failures, failing_since,
      last_success_at, last_failure_at, last_failure, probing)
    WHERE h.destination = n.destination`,
    [
      healths.map(({ destination }) => destination),
      after.map(({ pauseEnds }) => Math.round(Math.max(0, pauseEnds))),
      healths.map(({ pauseReason }) => storable(pauseReason)),
      healths.map(({ failures }) => failures),
      healths.map(({ failingSince }) => failingSince),
      healths.map(({ lastSuccessAt }) => lastSuccessAt),
      healths.map(({ lastFailureAt }) => lastFailureAt),
      healths.map(({ lastFailure }) => storable(lastFailure)),
      healths.map(({ probing }) => probing),
    ],
  );
  return healths;
}
