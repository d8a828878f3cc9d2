import type pg from 'pg';
import type { DeliveryQueue, DeliveryWork, DestinationHealth } from '../../contract/delivery.ts';
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
  #session: WorkerSession | null = null;
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
    await this.#open(work, false);
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    await this.#session?.stop(graceMs);
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
    this.#session = session;
    session.ended.then(() => this.#reopen(work));
    if (this.#stopped) {
      await session.stop(0);
    }
  }

  #reopen(work: DeliveryWork): void {
    if (!this.#stopped) {
      this.#retry = setTimeout(() => {
        this.#open(work, true).catch((error) => {
          work.onError(error);
          this.#reopen(work);
        });
      }, REOPEN_MS);
    }
  }
}
