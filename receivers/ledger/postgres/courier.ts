import type pg from 'pg';
import type { DeliveryWork, DestinationHealth, Settlement } from '../../contract/delivery.ts';
import { attemptOnce, dueAnew } from '../attempt-once.ts';
import { type Claim, claimDeliveries } from './claim.ts';
import { again, dataFault, storageError } from './connections.ts';
import { Gather } from './gather.ts';
import type { HealthBoard } from './health-board.ts';
import { destinationHealth, HEALTH_COLUMNS, type HealthRow } from './rows.ts';
import { type Settling, writeHealth, writeOutcomes } from './write.ts';

/** How long to wait before something that the storage refused is tried again, milliseconds. */
const AGAIN_MS = 1_000;

const LARGEST_BATCH = 256;

export interface CourierParts {
  pool: pg.Pool;
  board: HealthBoard;
  work: DeliveryWork;
  worker: number;
  /** Whether the worker's lease is valid now. */
  holds(): boolean;
  /** Aborts when nothing new is to be taken. */
  closing: AbortSignal;
  /** Aborts when attempts in progress must end too. */
  lost: AbortSignal;
  /** Ends the worker, so that the next one claims what this one may hold without knowing. */
  retire(): void;
}

/** `changesHealth`: it changes what is known about the destination's health. */
type FinishedTry = Settling & { changesHealth: boolean };

/** Ends a job's task without having done it: the job stays in the queue. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
}

/** Takes the jobs of one worker through: claims the delivery, makes the attempt, writes the outcome. */
export class Courier {
  readonly #parts: CourierParts;
  readonly #claims: Gather<number, Claim | null>;
  readonly #outcomes: Gather<FinishedTry, boolean>;
  readonly #inProgress = new Set<Promise<void>>();
  /** How many outcomes of a destination are not in the ledger yet. */
  readonly #unwritten = new Map<string, number>();
  /** The last success of each destination. */
  readonly successes = new Map<string, number>();
  #ended = false;

  constructor(parts: CourierParts) {
    this.#parts = parts;
    this.#claims = new Gather({ largest: LARGEST_BATCH, run: (ids) => this.#claim(ids) });
    this.#outcomes = new Gather({
      largest: LARGEST_BATCH,
      run: (items) => this.#write(items),
      divides: dataFault,
    });
  }

  get busy(): boolean {
    return this.#inProgress.size > 0;
  }

  /** Resolves when the delivery's job is finished; rejects if it must stay in the queue. */
  async deliver(id: number, destination: string): Promise<void> {
    const delivered = this.#attempt(id, destination);
    this.#inProgress.add(delivered);
    try {
      await delivered;
    } finally {
      this.#inProgress.delete(delivered);
    }
  }

  /** Resolves when no attempt is in progress. */
  async idle(): Promise<void> {
    while (this.busy) {
      await Promise.allSettled(this.#inProgress);
    }
  }

  /** Takes the destinations' health from the ledger, unless this process knows more. */
  adopt(health: readonly DestinationHealth[]): void {
    this.#parts.board.put(health.filter(({ destination }) => !this.#unwritten.get(destination)));
  }

  /** Tries no more to write what the storage refuses. */
  end(): void {
    this.#ended = true;
  }

  async #attempt(id: number, destination: string): Promise<void> {
    const claim = await this.#hold(id, destination);
    if (claim !== null) {
      const { work, lost } = this.#parts;
      const settlement = await attemptOnce(work, claim.delivery, claim.tries, lost);
      const changesHealth = this.#learn(destination, settlement);
      await this.#settle({ id, tries: claim.tries, destination, settlement, changesHealth });
    }
    this.#expectLease();
  }

  /** Waits until the delivery may go out, and marks it as running; null if nothing is left to do. */
  async #hold(id: number, destination: string): Promise<(Claim & { verdict: 'claimed' }) | null> {
    const { board, lost } = this.#parts;
    for (;;) {
      if (lost.aborted) {
        throw new NotDelivered('This process lost its lease.');
      }
      if (board.pauseLeftMs(destination) === 0) {
        const claim = await this.#claims.call(id).catch(() => null);
        if (claim?.verdict === 'gone') {
          return null;
        }
        if (claim?.verdict === 'claimed') {
          this.#expectLease();
          return claim;
        }
      }
      await this.#wait(destination);
    }
  }

  /**
   * Throws if the lease is over. The queue removes a job whose delivery resolves by its id alone, whoever
   * holds it by then: after a job was given away, its row may be the retry's, or another process may live by it.
   */
  #expectLease(): void {
    if (!this.#parts.holds()) {
      throw new NotDelivered('This process lost its lease.');
    }
  }

  async #wait(destination: string): Promise<void> {
    const { board, closing } = this.#parts;
    await board.changed(destination, Math.max(board.pauseLeftMs(destination), AGAIN_MS), closing);
    if (closing.aborted) {
      throw new NotDelivered('This process takes nothing more.');
    }
  }

  async #claim(ids: number[]): Promise<(Claim | null)[]> {
    const { pool, work, worker, retire } = this.#parts;
    try {
      const claims = await again(() => claimDeliveries(pool, worker, ids));
      if ([...claims.values()].some(({ verdict }) => verdict === 'wait')) {
        const { rows } = await pool.query<HealthRow>(`SELECT ${HEALTH_COLUMNS} FROM ledger.health h`);
        this.adopt(rows.map(destinationHealth));
      }
      return ids.map((id) => claims.get(id) ?? null);
    } catch (error) {
      work.onError(storageError(error));
      // They may still be marked as running: while this worker lives, no other gets them.
      retire();
      throw error;
    }
  }

  /** Writes the outcome, and goes on trying: what was sent must not be sent again. */
  async #settle(given: FinishedTry): Promise<void> {
    let item = given;
    while (!this.#ended) {
      try {
        if (!(await this.#outcomes.call(item))) {
          this.#parts.work.onError(
            new Error(
              `The outcome of delivery ${item.id} to ${item.destination} came after another process had taken the ` +
                'delivery over; it does not count. If this happens often, the database is too slow for the lease.',
            ),
          );
        }
        return;
      } catch (error) {
        if (dataFault(error)) {
          item = { ...given, settlement: bare(given) };
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  async #write(items: FinishedTry[]): Promise<boolean[]> {
    const { pool, board, work, worker } = this.#parts;
    const changing = items.filter(({ changesHealth }) => changesHealth);
    try {
      const written =
        changing.length === 0
          ? await again(() => writeOutcomes(pool, worker, items))
          : await again(() => this.#writeWithHealth(items, changing));
      for (const destination of new Set(items.map((item) => item.destination))) {
        if (board.get(destination).probing) {
          board.wake(destination);
        }
      }
      return items.map(({ id }) => written.has(id));
    } catch (error) {
      work.onError(storageError(error));
      throw error;
    }
  }

  async #writeWithHealth(items: FinishedTry[], changing: FinishedTry[]): Promise<Set<number>> {
    const { pool, work, worker } = this.#parts;
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const health = await writeHealth(client, work.health, changing);
      const written = await writeOutcomes(client, worker, items);
      await client.query('COMMIT');
      client.release();
      for (const { destination } of changing) {
        this.#count(destination, -1);
      }
      this.adopt(health);
      return written;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /**
   * Applies the rule to what this process knows, so that it claims nothing for a destination that has just failed. Gives
   * whether the new health must be written with the outcome, for the other processes: not for one more success.
   */
  #learn(destination: string, { outcome, finishedAt }: Settlement): boolean {
    const { board, work } = this.#parts;
    const { before, after } = board.preview(destination, work.health, outcome, finishedAt);
    const apart = { lastSuccessAt: null };
    const changesHealth = JSON.stringify({ ...after, ...apart }) !== JSON.stringify({ ...before, ...apart });
    if (after.lastSuccessAt !== null) {
      this.successes.set(destination, after.lastSuccessAt);
    }
    if (changesHealth) {
      this.#count(destination, 1);
      board.learn(destination, work.health, outcome, finishedAt);
    }
    return changesHealth;
  }

  #count(destination: string, by: number): void {
    this.#unwritten.set(destination, (this.#unwritten.get(destination) ?? 0) + by);
  }
}

/** What an outcome decides, without anything that the database may have refused of it. */
function bare({ settlement, tries }: Settling): Settlement {
  const reason = 'The database refused to store the outcome of the attempt. The log has the details.';
  const times = { startedAt: Date.now(), finishedAt: Date.now() };
  switch (settlement.state) {
    case 'done':
      return { ...times, state: 'done', outcome: { type: 'done', note: reason } };
    case 'dead':
      return { ...settlement, ...times, reason, outcome: { type: 'dead', reason } };
    case 'ready':
      return {
        ...settlement,
        ...times,
        dueAt: dueAnew(tries, times.finishedAt),
        outcome: { type: 'retry', reason, ownFault: true },
      };
  }
}
