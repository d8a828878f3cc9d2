import type pg from 'pg';
import type { LeftBehind } from '../../contract/delivery.ts';
import { NotDelivered } from './courier.ts';

/** How long no process may have a destination before its deliveries are given up, in leases: a restart takes less. */
const GIVEN_UP_AFTER_LEASES = 2.5;

/** How many deliveries are given up at once. */
const AT_ONCE = 50;

export interface LeftBehindParts {
  pool: pg.Pool;
  worker: number;
  leaseMs: number;
  /** Takes a delivery through, as one that was handed out by the queue. */
  deliver(id: number, destination: string): Promise<void>;
  /** Called once for each destination that is given up. */
  onLeftBehind(left: LeftBehind): void;
  onError(error: unknown): void;
  /** Aborts when nothing new is to be taken. */
  closing: AbortSignal;
}

/**
 * Finds deliveries to destinations that no living process has, and takes them through: each becomes a dead letter that
 * names the cause, instead of waiting forever. A destination that another process has is left to that one, whatever the
 * settings of this one say.
 */
export class LeftBehindWatch {
  readonly #parts: LeftBehindParts;
  /** Since when no process has a destination, by `performance.now()`. */
  readonly #since = new Map<string, number>();
  readonly #reported = new Set<string>();
  readonly #underWay = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param waits false if what is left behind at the first look is given up at once, if no other process lives */
  constructor(parts: LeftBehindParts, waits: boolean) {
    this.#parts = parts;
    parts.closing.addEventListener('abort', () => clearTimeout(this.#timer));
    this.#timer = setTimeout(() => this.#look(waits), 0);
  }

  async #look(waits: boolean): Promise<void> {
    const { pool, worker, leaseMs, closing, onError } = this.#parts;
    try {
      const { rows } = await pool.query<LeftBehind & { others: number }>(
        `SELECT l.destination, l.open, (SELECT count(*) FROM ledger.workers w WHERE w.id <> $1) AS others
        FROM ledger.left_behind() l`,
        [worker],
      );
      const now = performance.now();
      for (const destination of this.#since.keys()) {
        if (!rows.some((row) => row.destination === destination)) {
          this.#since.delete(destination);
          this.#reported.delete(destination);
        }
      }
      for (const { destination, others } of rows) {
        const since = waits || others > 0 ? now : Number.NEGATIVE_INFINITY;
        this.#since.set(destination, this.#since.get(destination) ?? since);
      }
      const givenUp = rows.filter(
        ({ destination }) => now - (this.#since.get(destination) ?? now) >= leaseMs * GIVEN_UP_AFTER_LEASES,
      );
      await this.#giveUp(givenUp);
    } catch (error) {
      if (!closing.aborted) {
        onError(error);
      }
    }
    if (!closing.aborted) {
      this.#timer = setTimeout(() => this.#look(true), leaseMs);
    }
  }

  async #giveUp(destinations: readonly LeftBehind[]): Promise<void> {
    for (const { destination, open } of destinations) {
      if (!this.#reported.has(destination)) {
        this.#reported.add(destination);
        this.#parts.onLeftBehind({ destination, open });
      }
      await this.#endDue(destination);
    }
  }

  async #endDue(destination: string): Promise<void> {
    const { pool, closing } = this.#parts;
    while (!closing.aborted) {
      const { rows } = await pool.query<{ id: number }>('SELECT id FROM ledger.due_left_behind($1, $2)', [
        destination,
        AT_ONCE,
      ]);
      const due = rows.filter(({ id }) => !this.#underWay.has(id));
      if (due.length === 0) {
        return;
      }
      const ended = due.map(({ id }) => this.#end(id, destination));
      // A pause of this destination must not hold up the others.
      await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    }
  }

  async #end(id: number, destination: string): Promise<void> {
    const { pool, deliver, onError } = this.#parts;
    this.#underWay.add(id);
    try {
      await deliver(id, destination);
      await pool.query('SELECT ledger.remove_jobs_of_ended($1)', [[id]]);
    } catch (error) {
      if (!(error instanceof NotDelivered)) {
        onError(error);
      }
    } finally {
      this.#underWay.delete(id);
    }
  }
}
