import type { WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import { type DeliveryWork, onlyAccepts } from '../../contract/delivery.ts';
import { StorageError } from '../../contract/ledger.ts';
import { openPool, storageError } from './connections.ts';
import { Courier } from './courier.ts';
import type { HealthBoard } from './health-board.ts';
import { releaseOnce, startJobPool } from './job-pool.ts';
import { deadAfterMs, Lease } from './lease.ts';
import { LeftBehindWatch } from './left-behind.ts';
import type { PostgresSettings } from './settings.ts';

/** How long aborted attempts have to end, milliseconds. */
const ABORT_GRACE_MS = 300;

/** How long the queue's pools have to give their jobs back, milliseconds. */
const RETURN_GRACE_MS = 1_000;

export interface SessionParts {
  settings: Required<PostgresSettings>;
  /** For claims and outcomes. */
  pool: pg.Pool;
  board: HealthBoard;
  work: DeliveryWork;
  /** False for a process that has just started. */
  resumes: boolean;
}

/**
 * The time during which a process delivers under one lease: from its registration as a worker until it
 * stops, loses the lease, no longer knows what it holds because an answer of the database is lost, or one of the
 * queue's pools closes by itself.
 */
export class WorkerSession {
  /** Resolves when nothing of it is left: attempts ended, outcomes written, jobs given back. */
  readonly ended: Promise<void>;
  readonly #work: DeliveryWork;
  readonly #worker: number;
  readonly #queue: pg.Pool;
  readonly #leasePool: pg.Pool;
  readonly #lease: Lease;
  readonly #courier: Courier;
  readonly #pools: WorkerPool[];
  readonly #closing = new AbortController();
  readonly #lost = new AbortController();
  #finish: () => void = () => {};
  #disposal: Promise<void> | null = null;

  private constructor(
    { settings, pool, board, work, resumes }: SessionParts,
    own: { worker: number; heldSince: number; queue: pg.Pool; leasePool: pg.Pool; pools: WorkerPool[] },
  ) {
    this.#work = work;
    this.#worker = own.worker;
    this.#queue = own.queue;
    this.#leasePool = own.leasePool;
    this.#pools = own.pools;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#lease = new Lease(own.leasePool, own.worker, settings.leaseMs, own.heldSince, {
      successes: () => this.#courier.successes,
      onHealth: (health) => this.#courier.adopt(health),
      onLost: () => this.#lose(),
      onError: (error) => work.onError(storageError(error)),
    });
    this.#courier = new Courier({
      pool,
      board,
      work,
      worker: own.worker,
      holds: () => this.#lease.valid,
      closing: this.#closing.signal,
      lost: this.#lost.signal,
      retire: () => this.retire(),
    });
    for (const { promise } of own.pools) {
      quietly(promise);
    }
    // One that only accepts leaves everything to the others.
    if (!onlyAccepts(work.destinations)) {
      new LeftBehindWatch(
        {
          pool,
          worker: own.worker,
          leaseMs: settings.leaseMs,
          deliver: (id, destination) => this.#courier.deliver(id, destination),
          onLeftBehind: (left) => work.onLeftBehind?.(left),
          onError: (error) => work.onError(storageError(error)),
          closing: this.#closing.signal,
        },
        resumes,
      );
    }
  }

  /** Registers a worker and starts its pools, one per destination. Rejects if the database refuses. */
  static async open(parts: SessionParts): Promise<WorkerSession> {
    const { settings, work } = parts;
    const served = work.destinations.filter(({ concurrency }) => concurrency > 0);
    const registered = Promise.withResolvers<WorkerSession>();
    quietly(registered.promise);
    const queue = openPool(settings, {
      connections: settings.queueConnections + served.length,
      name: 'queue',
      // The ledger's own tables say what happened: a job's lock or removal may be lost with the power.
      session: { synchronous_commit: 'off' },
      // No job is locked by a pool that the workers' table does not know.
      ready: registered.promise,
    });
    const leasePool = openPool(settings, { connections: 1, name: 'lease' });
    releaseOnce(queue);
    const pools = served.map(({ name, concurrency }) =>
      startJobPool(queue, name, concurrency, {
        deliver: async (id) => (await registered.promise).#courier.deliver(id, name),
        onFetchFailed: (error) => quietly(registered.promise.then((session) => session.#miss(error))),
        onClosing: () => quietly(registered.promise.then((session) => session.retire())),
      }),
    );
    try {
      const heldSince = performance.now();
      const { rows } = await leasePool.query<{ id: number }>(
        'INSERT INTO ledger.workers (pools, dead_after_ms, destinations) VALUES ($1, $2, $3) RETURNING id',
        [pools.map(({ id }) => id), deadAfterMs(settings.leaseMs), work.destinations.map(({ name }) => name)],
      );
      const { id: worker } = rows[0] as { id: number };
      const session = new WorkerSession(parts, { worker, heldSince, queue, leasePool, pools });
      registered.resolve(session);
      return session;
    } catch (error) {
      registered.reject(error);
      for (const pool of pools) {
        quietly(pool.promise);
        quietly(pool.gracefulShutdown());
      }
      quietly(queue.end());
      quietly(leasePool.end());
      throw storageError(error);
    }
  }

  get workers(): number {
    return this.#lease.workers;
  }

  /** Takes nothing more, waits at most this long for attempts in progress, and gives the rest back. */
  async stop(graceMs: number): Promise<void> {
    this.#close();
    await within(graceMs, this.#courier.idle());
    this.#lost.abort();
    await within(ABORT_GRACE_MS, this.#courier.idle());
    await this.#dispose();
  }

  /** The database or the network is gone: stops delivering at once, before others take over. */
  #lose(): void {
    this.#work.onError(
      new StorageError(
        'This process could not reach the database for the length of its lease, so it stopped delivering. ' +
          'It continues by itself when the database is back.',
      ),
    );
    this.#lost.abort();
    this.retire();
  }

  /** Jobs may still be locked for this process: while its worker lives, no other gets them. */
  #miss(error: unknown): void {
    if (!this.#closing.signal.aborted) {
      this.#work.onError(storageError(error));
      this.retire();
    }
  }

  /** Takes nothing more, lets attempts in progress end, and makes room for the next session. */
  retire(): void {
    if (!this.#closing.signal.aborted) {
      this.#close();
      this.#courier.idle().then(() => this.#dispose());
    }
  }

  #close(): void {
    if (!this.#closing.signal.aborted) {
      this.#closing.abort();
      for (const pool of this.#pools) {
        quietly(pool.gracefulShutdown());
      }
    }
  }

  #dispose(): Promise<void> {
    this.#disposal ??= this.#leave();
    return this.#disposal;
  }

  async #leave(): Promise<void> {
    this.#lease.end();
    if (!this.#courier.busy) {
      await within(RETURN_GRACE_MS, Promise.allSettled(this.#pools.map(({ promise }) => promise)));
    }
    this.#courier.end();
    try {
      await this.#leasePool.query('SELECT ledger.bury($1, $2)', [[this.#worker], [null]]);
    } catch (error) {
      // The others will find it without a beat.
      this.#work.onError(storageError(error));
    }
    quietly(this.#queue.end());
    quietly(this.#leasePool.end());
    this.#finish();
  }
}

/** Ignores how something ends that is not awaited. */
function quietly(ending: unknown): void {
  Promise.resolve(ending).catch(() => {});
}

async function within(ms: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([task, limit]);
  clearTimeout(timer);
}
