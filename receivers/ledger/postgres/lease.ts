import type pg from 'pg';
import type { DestinationHealth } from '../../contract/delivery.ts';
import { destinationHealth, HEALTH_COLUMNS, type HealthRow } from './rows.ts';

/** How many times per lease a worker renews it and looks at the others. */
const BEATS_PER_LEASE = 6;

/** Every this many heartbeats, a process looks for jobs that no process holds. That reads all jobs, so it is rare. */
const BEATS_PER_LOOK = 5 * BEATS_PER_LEASE;

/** A worker is considered dead after this many leases without a beat. */
const DEAD_AFTER_LEASES = 1.5;

/** How long the others wait before they consider a worker with this lease dead, milliseconds. */
export function deadAfterMs(leaseMs: number): number {
  return leaseMs * DEAD_AFTER_LEASES;
}

const BEAT = `
  WITH own AS (UPDATE ledger.workers SET beats = beats + 1 WHERE id = $1 RETURNING id),
  succeeded AS (
    INSERT INTO ledger.health AS h (destination, last_success_at)
    SELECT s.* FROM unnest($2::text[], $3::bigint[]) AS s (destination, at) ORDER BY s.destination
    ON CONFLICT (destination) DO UPDATE
      SET last_success_at = greatest(h.last_success_at, excluded.last_success_at)
  )
  SELECT ledger.shorten_pauses(), EXISTS (SELECT 1 FROM own) AS alive,
    (SELECT coalesce(json_agg(json_build_object(
      'id', w.id, 'beats', w.beats, 'deadAfterMs', w.dead_after_ms, 'delivers', cardinality(w.pools) > 0)), '[]')
      FROM ledger.workers w WHERE w.id <> $1) AS others,
    (SELECT coalesce(json_agg(h), '[]') FROM (SELECT ${HEALTH_COLUMNS} FROM ledger.health h) h) AS health`;

interface Beat {
  alive: boolean;
  others: { id: number; beats: number; deadAfterMs: number; delivers: boolean }[];
  health: HealthRow[];
}

export interface LeaseEvents {
  /** The last success of each destination, sent with each beat: written one by one, they would all write the same row. */
  successes(): Map<string, number>;
  /** Each beat brings what the ledger holds of the destinations. */
  onHealth(health: DestinationHealth[]): void;
  /** The lease is over: nothing may be delivered under it any more. Called once. */
  onLost(): void;
  onError(error: unknown): void;
}

/**
 * A worker's right to deliver, held for a while and renewed by beats (a counter in the worker's row), and its
 * watch over the other workers.
 *
 * Why no two workers hold one delivery: a beat renews the lease from the moment *before* its statement was
 * sent, so the row shows that beat no earlier than the lease counts from. Another worker gives the jobs
 * away only after it has itself seen the same beat for one and a half leases, by its own clock, and only if
 * the row still shows that beat then. So at least half a lease has passed since the first worker stopped: it
 * has aborted its attempts and claims nothing, and if its beat does come through late, it finds no row.
 * Only lengths of time are compared, never the clocks of two machines. A process that was stopped as a whole
 * (suspended, swapped out) finds its lease over as soon as it runs again: by the wall clock too, since the
 * other one may stand still meanwhile. What it had already sent then cannot be called back; therefore a
 * delivery taken over is handed out as uncertain, and an outcome is written only by who holds the delivery.
 */
export class Lease {
  readonly #pool: pg.Pool;
  readonly #worker: number;
  readonly #leaseMs: number;
  readonly #events: LeaseEvents;
  readonly #seen = new Map<number, { beats: number; since: number }>();
  #validUntil: { monotonic: number; wall: number };
  #lastBeatAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #over = false;
  #workers = 1;
  #beats = 0;

  /** `heldSince`: `performance.now()` before the worker's row was written. */
  constructor(pool: pg.Pool, worker: number, leaseMs: number, heldSince: number, events: LeaseEvents) {
    this.#pool = pool;
    this.#worker = worker;
    this.#leaseMs = leaseMs;
    this.#events = events;
    this.#validUntil = this.#from(heldSince);
    this.#watchExpiry();
    this.#timer = setTimeout(() => this.#beat(), 0);
  }

  get valid(): boolean {
    const { monotonic, wall } = this.#validUntil;
    return !this.#over && performance.now() < monotonic && Date.now() < wall;
  }

  /** How many workers deliver, this one included, as of the last beat. */
  get workers(): number {
    return this.#workers;
  }

  /** Renews it no more. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#expiry);
  }

  async #beat(): Promise<void> {
    const sentAt = performance.now();
    try {
      const successes = this.#events.successes();
      const { rows } = await this.#pool.query<Beat>({
        name: 'beat',
        text: BEAT,
        values: [this.#worker, [...successes.keys()], [...successes.values()]],
      });
      const { alive, others, health } = rows[0] as Beat;
      if (this.#over) {
        return;
      }
      if (!alive || !this.valid) {
        this.#lose();
        return;
      }
      this.#validUntil = this.#from(sentAt);
      this.#watchExpiry();
      this.#workers = others.filter(({ delivers }) => delivers).length + 1;
      this.#events.onHealth(health.map(destinationHealth));
      await this.#watch(others);
      this.#beats += 1;
      if (this.#beats % BEATS_PER_LOOK === 0) {
        await this.#pool.query('SELECT ledger.free_jobs()');
      }
    } catch (error) {
      if (!this.#over) {
        this.#events.onError(error);
      }
    }
    if (!this.#over) {
      this.#timer = setTimeout(() => this.#beat(), this.#leaseMs / BEATS_PER_LEASE);
    }
  }

  async #watch(others: Beat['others']): Promise<void> {
    const now = performance.now();
    // After a time without the database, the others too get the time to beat again.
    if (now - this.#lastBeatAt > this.#leaseMs / 2) {
      this.#seen.clear();
    }
    this.#lastBeatAt = now;
    const dead: number[] = [];
    for (const { id, beats, deadAfterMs: after } of others) {
      const seen = this.#seen.get(id);
      if (seen === undefined || seen.beats !== beats) {
        this.#seen.set(id, { beats, since: now });
      } else if (now - seen.since >= after) {
        dead.push(id);
      }
    }
    const present = new Set(others.map(({ id }) => id));
    for (const id of this.#seen.keys()) {
      if (!present.has(id)) {
        this.#seen.delete(id);
      }
    }
    if (dead.length > 0) {
      const beats = dead.map((id) => this.#seen.get(id)?.beats ?? null);
      await this.#pool.query('SELECT ledger.bury($1, $2)', [dead, beats]);
    }
  }

  #from(start: number): { monotonic: number; wall: number } {
    const monotonic = start + this.#leaseMs;
    return { monotonic, wall: Date.now() + monotonic - performance.now() };
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.#lose(), this.#validUntil.monotonic - performance.now());
  }

  #lose(): void {
    if (!this.#over) {
      this.end();
      this.#events.onLost();
    }
  }
}
