import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { SteadyClock } from '../../base/steady-clock.ts';
import { waitMs } from '../wait.ts';
import type { DeliveryRow } from './accept-row.ts';
import { IDS_PER_EVENT, ORDERING_KEY } from './delivery-ids.ts';
import { OpenDeliveries, type OpenDelivery } from './open-deliveries.ts';

/** A burst of updates is delivered after at most this many of its quiet times, even if it goes on. */
const LONGEST_BURST = 10;

interface OpenRow {
  id: number;
  destination: string;
  ordering_key: string;
  state: OpenDelivery['state'];
  due_at: number;
  wait_ms: number;
  quiet_ms: number | null;
  held_since: number | null;
  tries: number;
}

/**
 * The open deliveries, on disk and in memory alike: how they line up for each ordering key, merge in bursts, and
 * become ready. Prepare it again after a rollback: memory may be ahead of the disk then.
 */
export class DeliveryLine {
  readonly open = new OpenDeliveries();
  readonly clock = new SteadyClock();
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #insertions = new Map<number, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepare(database);
    const now = Date.now();
    for (const row of this.#statements.openRows.all() as unknown as OpenRow[]) {
      this.open.add({
        id: row.id,
        destination: row.destination,
        orderingKey: row.ordering_key,
        state: row.state,
        due: this.dueIn(remainingWait(row.due_at, row.wait_ms, now)),
        quietMs: row.quiet_ms,
        heldSince: row.held_since,
        untried: row.tries === 0,
      });
    }
  }

  /** The time of the steady clock after this many milliseconds. */
  dueIn(ms: number): number {
    return this.clock.now() + ms;
  }

  /** How long until a time of the steady clock, milliseconds. */
  msUntil(due: number): number {
    return Math.max(0, due - this.clock.now());
  }

  /** Adds the deliveries of an event, whose ids count up from `firstId`. */
  add(
    firstId: number,
    orderingKey: string,
    added: readonly DeliveryRow[],
    replay: number,
    createdAt: number,
  ): void {
    const values = added.flatMap((row, index) =>
      this.#place(firstId + index, orderingKey, row, replay, createdAt),
    );
    if (added.length > 0) {
      this.#insertion(added.length).run(...values);
    }
  }

  /** Takes a finished delivery out; gives in how many milliseconds the next one in its line is due, null for none. */
  leave(delivery: OpenDelivery): number | null {
    const next = this.open.remove(delivery);
    if (next === undefined) {
      return null;
    }
    this.#statements.makeReady.run(next.id);
    this.open.ready(next, next.due);
    return this.msUntil(next.due);
  }

  /** Lines one delivery up, in memory, and gives the values of its row. */
  #place(
    id: number,
    orderingKey: string,
    [destination, route, wantedAt, quietMs]: DeliveryRow,
    replay: number,
    createdAt: number,
  ): SQLInputValue[] {
    const last = this.open.last(destination, orderingKey);
    const held = last !== undefined && last.quietMs !== null && last.untried ? last : undefined;
    const merged = quietMs === null ? undefined : held;
    const heldSince = quietMs === null ? null : (merged?.heldSince ?? createdAt);
    const longest = heldSince === null ? Infinity : heldSince + LONGEST_BURST * (quietMs ?? 0) - createdAt;
    const wait = Math.max(0, Math.min(waitMs(wantedAt, createdAt), longest));
    const state = merged?.state ?? (last === undefined ? 'ready' : 'waiting');
    if (merged !== undefined) {
      this.#statements.mergeEarlier.run(merged.id, id);
      this.#statements.mergeInto.run(merged.id, id, createdAt);
      this.open.remove(merged);
    } else if (held !== undefined) {
      this.bringForward(held, createdAt);
    }
    const due = this.dueIn(wait);
    this.open.add({ id, destination, orderingKey, state, due, quietMs, heldSince, untried: true });
    const dueAt = createdAt + wait;
    return [id, destination, route, state, dueAt, wait, quietMs, heldSince, replay, createdAt];
  }

  /** Makes a delivery that waits for its time due at once: a person asks for it, or something else ends its burst. */
  bringForward(held: OpenDelivery, dueAt: number): void {
    const now = this.clock.now();
    if (held.due <= now) {
      return;
    }
    this.#statements.setDue.run(held.id, dueAt);
    if (held.state === 'ready') {
      this.open.ready(held, now);
    } else {
      held.due = now;
    }
  }

  /** The statement that inserts this many deliveries at once: a third cheaper than one by one. */
  #insertion(count: number): StatementSync {
    let statement = this.#insertions.get(count);
    if (statement === undefined) {
      statement = this.#database.prepare(`
        INSERT INTO deliveries
          (id, destination, route, state, due_at, wait_ms, quiet_ms, held_since, replay, created_at)
        VALUES ${Array(count).fill('(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}
      `);
      this.#insertions.set(count, statement);
    }
    return statement;
  }
}

/**
 * How long a delivery still waits, in milliseconds, by a clock that may have been set since: never longer than it was
 * to wait from the beginning.
 *
 * @param dueAt and `now`: milliseconds since 1970
 */
function remainingWait(dueAt: number, waitMs: number, now: number): number {
  return Math.min(Math.max(dueAt - now, 0), waitMs);
}

function prepare(database: DatabaseSync) {
  return {
    openRows: database.prepare(`
      SELECT d.id, d.destination, ${ORDERING_KEY} AS ordering_key, d.state, d.due_at, d.wait_ms, d.quiet_ms,
        d.held_since, d.tries
      FROM deliveries d JOIN events e ON e.sequence = d.id / ${IDS_PER_EVENT}
      WHERE d.state IN ('waiting', 'ready', 'running') ORDER BY d.id
    `),
    mergeInto: database.prepare(`
      UPDATE deliveries SET state = 'merged', merged_into = ?2, finished_at = ?3 WHERE id = ?1
    `),
    mergeEarlier: database.prepare('UPDATE deliveries SET merged_into = ?2 WHERE merged_into = ?1'),
    makeReady: database.prepare("UPDATE deliveries SET state = 'ready' WHERE id = ?"),
    setDue: database.prepare('UPDATE deliveries SET due_at = ?2, wait_ms = 0 WHERE id = ?1'),
  };
}
