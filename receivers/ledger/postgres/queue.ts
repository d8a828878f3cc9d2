import type pg from 'pg';
import type {
  DeliveryQueue,
  DeliveryWork,
  DestinationHealth,
  ServedDestination,
} from '../../contract/delivery.ts';
import { HealthBoard } from './health-board.ts';
import { WorkerSession } from './session.ts';
import type { PostgresSettings } from './settings.ts';

/** How long to wait before a session is opened again, milliseconds. */
const REOPEN_MS = 1_000;

/**
 * Hands out due deliveries to this process as one of many: graphile-worker holds a job for every delivery
 * that is first in line for its ordering key, and gives it to one worker. Sessions follow each other: one that lost the
 * database ends, and the next begins when the database is back.
 */
export class PostgresQueue implements DeliveryQueue {
  readonly #settings: Required<PostgresSettings>;
  readonly #pool: pg.Pool;
  readonly #board = new HealthBoard();
  #work: DeliveryWork | null = null;
  #session: WorkerSession | null = null;
  /** Those that have not ended yet: the one that delivers, and those that only finish their attempts. */
  readonly #sessions = new Set<WorkerSession>();
  #stopped = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(settings: Required<PostgresSettings>, pool: pg.Pool) {
    this.#settings = settings;
    this.#pool = pool;
  }

  /** As of the last beat. */
  get workers(): number {
    return this.#session?.workers ?? 1;
  }

  async start(work: DeliveryWork): Promise<void> {
    this.#stopped = false;
    this.#work = work;
    await this.#open(work, false);
  }

  /** A session keeps its destinations: the next one has the new ones. */
  async serve(destinations: readonly ServedDestination[]): Promise<void> {
    const before = this.#session;
    const work = { ...(this.#work as DeliveryWork), destinations };
    this.#work = work;
    if (before === null || !this.#sessions.has(before)) {
      return;
    }
    try {
      await this.#open(work, true);
    } catch (error) {
      work.onError(error as Error);
    }
    // If the next one could not be opened, this one's end makes it be tried again.
    before.retire();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await Promise.all([...this.#sessions].map((session) => session.stop(graceMs)));
  }

  /** A person ended a destination's pause; the other processes notice with their next heartbeat. */
  resumed(health: DestinationHealth): void {
    this.#board.put([health]);
  }

  async #open(work: DeliveryWork, resumes: boolean): Promise<void> {
    const session = await WorkerSession.open({
      settings: this.#settings,
      pool: this.#pool,
      board: this.#board,
      work,
      resumes,
    });
    clearTimeout(this.#retry);
    this.#session = session;
    this.#sessions.add(session);
    session.ended.then(() => {
      this.#sessions.delete(session);
      if (this.#session === session) {
        this.#reopen();
      }
    });
    if (this.#stopped) {
      await session.stop(0);
    }
  }

  #reopen(): void {
    if (!this.#stopped) {
      this.#retry = setTimeout(() => {
        const work = this.#work as DeliveryWork;
        this.#open(work, true).catch((error) => {
          work.onError(error);
          this.#reopen();
        });
      }, REOPEN_MS);
    }
  }
}
