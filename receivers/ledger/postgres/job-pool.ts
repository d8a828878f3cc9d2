import { EventEmitter } from 'node:events';
import {
  type EnhancedWithPgClient,
  runTaskList,
  type WithPgClient,
  type WorkerEvents,
  type WorkerPool,
} from 'graphile-worker';
import type pg from 'pg';
import { QUEUE_SCHEMA, silentLogger } from './migrate.ts';

/** How often the queue looks for jobs that have become due, milliseconds. New jobs are announced at once. */
const POLL_MS = 1_000;

/** How many jobs are fetched at once for each that may run at once: fewer statements, little held back. */
const FETCH_AHEAD = 4;

/** Other processes cannot take what one has fetched: it fetches no more than this, unless more may run at once. */
const LARGEST_FETCH = 100;

/** Finished jobs are removed together, after this many milliseconds. */
const REMOVAL_DELAY_MS = 20;

/** What a pool of jobs does, and what it reports. */
export interface JobPoolParts {
  deliver(id: number): Promise<void>;
  /** Jobs may be locked for this pool that it does not know of, or it will never fetch any. */
  onFetchFailed(error: unknown): void;
  /** It takes nothing more, whatever ended it. */
  onClosing(): void;
}

/** Starts to fetch a destination's jobs, and to deliver up to `concurrency` of them at once. */
export function startJobPool(
  queue: pg.Pool,
  destination: string,
  concurrency: number,
  parts: JobPoolParts,
): WorkerPool {
  return runTaskList(
    {
      schema: QUEUE_SCHEMA,
      concurrency,
      pollInterval: POLL_MS,
      noHandleSignals: true,
      logger: silentLogger,
      events: watched(parts),
      preset: {
        worker: {
          localQueue: { size: Math.max(concurrency, Math.min(concurrency * FETCH_AHEAD, LARGEST_FETCH)) },
          // Without these, the queue does not wait for its own statements, and a refusal ends the process.
          // Nothing waits for a job's removal: the next in line has its own job by then.
          completeJobBatchDelay: REMOVAL_DELAY_MS,
          failJobBatchDelay: 0,
        },
      },
    },
    { [`deliver:${destination}`]: (payload) => parts.deliver((payload as { id: number }).id) },
    queue,
  );
}

/**
 * Watches a pool for what graphile-worker 0.18 does not report:
 * - A fetch of jobs that failed, and perhaps was run all the same. It is only logged, or tried again without a word;
 *   and where the pool's first statement failed, each fetch after it fails too.
 * - That a pool closes by itself. Its promise does not say so: after two removals of jobs that failed at the same time
 *   it never settles.
 * - The jobs that a pool gives back when it closes. It does not count them when its local queue has nothing else under
 *   way: it then neither waits for them nor catches what the database says, and a database that is gone at that moment
 *   would end this process (`LocalQueue.background` throws after `returnJobs` has begun). Something that is under way
 *   for one turn keeps its count above zero.
 */
function watched({ onFetchFailed, onClosing }: JobPoolParts): WorkerEvents {
  const events: WorkerEvents = new EventEmitter();
  events.on('localQueue:init', ({ localQueue }) => {
    // biome-ignore lint/complexity/useLiteralKeys: its types call it private
    Object.assign(localQueue, { withPgClient: reportingAccess(localQueue['withPgClient'], onFetchFailed) });
    events.on('pool:gracefulShutdown', () => {
      // biome-ignore lint/complexity/useLiteralKeys: its types call it private
      localQueue['background'](Promise.resolve());
      onClosing();
    });
  });
  return events;
}

/**
 * Lets a connection be given back twice: graphile-worker 0.18 does so with the one on which it listens, if that
 * breaks as it begins to listen and is given back meanwhile, and nothing catches what the pool says to it.
 */
export function releaseOnce(pool: pg.Pool): void {
  type Connected = Parameters<typeof pool.connect>[0];
  const connect = pool.connect as (connected?: Connected) => Promise<pg.PoolClient> | undefined;
  pool.connect = ((connected?: Connected) => {
    if (connected === undefined) {
      return connect.call(pool);
    }
    return connect.call(pool, (error, client, release) => {
      let held = client !== undefined;
      connected(error, client, (reason) => {
        if (held) {
          held = false;
          release(reason);
        }
      });
    });
  }) as typeof pool.connect;
}

/** The same access to the database; reports every failure, also those that are retried. */
function reportingAccess(
  access: EnhancedWithPgClient,
  onFailure: (error: unknown) => void,
): EnhancedWithPgClient {
  const reporting = async <T>(task: () => Promise<T>): Promise<T> => {
    try {
      return await task();
    } catch (error) {
      onFailure(error);
      throw error;
    }
  };
  const wrap =
    (run: WithPgClient): WithPgClient =>
    (use) =>
      reporting(() => run((client) => reporting(() => use(client))));
  return Object.assign(wrap(access), { withRetries: wrap(access.withRetries) });
}
