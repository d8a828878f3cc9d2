import { EventEmitter } from 'node:events';
import { runTaskList, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import type pg from 'pg';
import { type DeliveryWork, StorageError } from '../contract.ts';
import { openPool, storageError } from './connections.ts';
import { Courier } from './courier.ts';
import type { HealthBoard } from './health-board.ts';
import { deadAfterMs, Lease } from './lease.ts';
import { QUEUE_SCHEMA, silentLogger } from './migrate.ts';
import type { PostgresSettings } from './settings.ts';

/** Jobs whose time comes are looked for this often, milliseconds; of new ones the queue is told at once. */
const POLL_MS = 1_000;

/** So many jobs are fetched at once for each that may run at once: fewer statements, little held back. */
const FETCH_AHEAD = 4;

/** What a process has fetched no other can take: no more than this, unless so many may run at once. */
const LARGEST_FETCH = 100;

/** Jobs that are done with are removed together, after so many milliseconds. */
const REMOVAL_DELAY_MS = 20;

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
}

/**
 * The time during which a process delivers under one lease: from its registration as a worker until it
 * stops, loses the lease, or one of the queue's pools breaks.
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
    { settings, pool, board, work }: SessionParts,
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
      retire: () => this.#retire(),
    });
    for (const { promise } of own.pools) {
      promise.then(
        () => this.#retire(),
        () => this.#retire(),
      );
    }
  }

  /** Registers a worker and starts its pools, one per destination. Rejects where the database refuses. */
  static async open(parts: SessionParts): Promise<WorkerSession> {
    const { settings, work } = parts;
    const registered = Promise.withResolvers<void>();
    quietly(registered.promise);
    const queue = openPool(settings, {
      connections: settings.queueConnections + work.destinations.length,
      name: 'queue',
      // The ledger's own tables say what happened: a job's lock or removal may be lost with the power.
      session: { synchronous_commit: 'off' },
      // No job is locked by a pool that the workers' table does not know.
      ready: registered.promise,
    });
    const leasePool = openPool(settings, { connections: 1, name: 'lease' });
    let session: WorkerSession | null = null;
    watchFetches(queue, (error) => (session as WorkerSession).#miss(error));
    const pools = work.destinations.map(({ name, concurrency }) =>
      startPool(queue, name, concurrency, (id) => (session as WorkerSession).#courier.deliver(id, name)),
    );
    try {
      const heldSince = performance.now();
      const { rows } = await leasePool.query<{ id: number }>(
        'INSERT INTO ledger.workers (pools, dead_after_ms) VALUES ($1, $2) RETURNING id',
        [pools.map(({ id }) => id), deadAfterMs(settings.leaseMs)],
      );
      const { id: worker } = rows[0] as { id: number };
      session = new WorkerSession(parts, { worker, heldSince, queue, leasePool, pools });
      registered.resolve();
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

  /** Takes nothing more, waits at most this long for what is under way, and gives the rest back. */
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
        'This process could not reach the database for as long as its lease lasts, so it stops delivering; ' +
          'it goes on by itself when the database is back.',
      ),
    );
    this.#lost.abort();
    this.#retire();
  }

  /** Jobs may be locked for this process all the same: for as long as its worker lives, nobody else gets them. */
  #miss(error: unknown): void {
    if (!this.#closing.signal.aborted) {
      this.#work.onError(storageError(error));
      this.#retire();
    }
  }

  /** Takes nothing more, lets what is under way end, and makes room for the next session. */
  #retire(): void {
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

function startPool(
  queue: pg.Pool,
  destination: string,
  concurrency: number,
  deliver: (id: number) => Promise<void>,
): WorkerPool {
  return runTaskList(
    {
      schema: QUEUE_SCHEMA,
      concurrency,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: silentLogger,
      events: countedReturns(),
      preset: {
        worker: {
          localQueue: { size: Math.max(concurrency, Math.min(concurrency * FETCH_AHEAD, LARGEST_FETCH)) },
          // Without these, the queue does not wait for its own statements, and a refusal ends the process.
          // Nothing waits for a job's removal: the next of the lane has a job of its own by then.
          completeJobBatchDelay: REMOVAL_DELAY_MS,
          failJobBatchDelay: 0,
        },
      },
    },
    { [`deliver:${destination}`]: (payload) => deliver((payload as { id: number }).id) },
    queue,
  );
}

/**
 * Tells of each fetch of jobs that failed. The queue tells nobody: it logs some of them, and after others it fetches
 * again by itself.
 */
function watchFetches(queue: pg.Pool, onFailure: (error: unknown) => void): void {
  queue.on('connect', (client) => {
    const query = client.query as (...given: unknown[]) => unknown;
    client.query = ((...given: unknown[]) => {
      const answer = query.apply(client, given);
      const [{ name }] = given as [{ name?: string }];
      if (name?.startsWith('get_job')) {
        (answer as Promise<unknown>).catch(onFailure);
      }
      return answer;
    }) as typeof client.query;
  });
}

/**
 * Listens to a pool so that it counts the jobs that it gives back when it closes. graphile-worker 0.18 does
 * not, when its local queue has nothing else under way: it then neither waits for them nor catches what the
 * database says, and a database that is gone at that moment would end this process (`LocalQueue.background`
 * throws after `returnJobs` has begun). Something that is under way for one turn keeps its count above zero.
 */
function countedReturns(): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('localQueue:init', ({ localQueue }) => {
    // biome-ignore lint/complexity/useLiteralKeys: its types call it private
    events.on('pool:gracefulShutdown', () => localQueue['background'](Promise.resolve()));
  });
  return events;
}

/** Lets something end that nobody waits for. */
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
