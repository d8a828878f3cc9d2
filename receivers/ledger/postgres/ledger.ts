import type pg from 'pg';
import type { DestinationHealth } from '../../contract/delivery.ts';
import type { Check } from '../../contract/destination.ts';
import type { Accepted, NewDelivery, NewEvent, StoredEvent } from '../../contract/event.ts';
import { type ClockDifference, type Ledger, StorageError } from '../../contract/ledger.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  EventFilter,
  EventSummary,
  ExperienceFilter,
  ExperienceSummary,
  ExportedEvent,
  HistoryEntry,
  QueueDepth,
  TestExperience,
  TimelineBucket,
} from '../../contract/ledger-reader.ts';
import type { SettingsStore } from '../../contract/settings-store.ts';
import { ANSWER_GRACE_MS, again, dataFault, openPool, storageError } from './connections.ts';
import { databaseChecks } from './database-checks.ts';
import { Gather } from './gather.ts';
import { Import } from './import.ts';
import { type Migration, migrate } from './migrate.ts';
import * as queries from './queries.ts';
import { PostgresQueue } from './queue.ts';
import { destinationHealth, HEALTH_COLUMNS, type HealthRow } from './rows.ts';
import { expectOwnSession } from './session-probe.ts';
import { completeSettings, type PostgresSettings } from './settings.ts';
import { settingsStore } from './settings-store.ts';
import { readTestExperiences, removeTestExperience } from './test-experiences.ts';
import { orderingKeyHash, storable, writeEvents } from './write.ts';

/**
 * A batch is cut here: no commit holds the others up for long, and its locks (one for each experience) fit
 * into the server's table of locks many times.
 */
const LARGEST_BATCH = 256;

/** How long removing old events may take, milliseconds: nothing waits for it. */
const PRUNE_TIMEOUT_MS = 60_000;

/**
 * What planning the statements assumes: tables grow while a connection lives, so that a plan from the
 * day they were small must be right when they are large.
 */
const PLANNING = { enable_seqscan: 'off', plan_cache_mode: 'force_generic_plan' };

/** Its job has the delivery's key, so that it replaces the one for later. */
const DELIVER_NOW = `
  WITH brought AS (
    UPDATE ledger.deliveries SET due_at = ledger.now_ms(), wait_ms = 0 WHERE id = $1 AND state = 'ready'
    RETURNING id, destination, due_at
  ), due AS (
    SELECT count(*)::integer AS count, array_agg(id) AS ids, array_agg(destination) AS destinations,
      array_agg(due_at) AS times
    FROM brought
  )
  SELECT count, ledger.add_jobs(ids, destinations, times) FROM due`;

/** The ledger on PostgreSQL, for as many processes as share the database. */
export class PostgresLedger implements Ledger {
  readonly queue: PostgresQueue;
  readonly settings: SettingsStore;
  readonly #acceptPool: pg.Pool;
  readonly #pool: pg.Pool;
  readonly #readPool: pg.Pool;
  readonly #accepts: Gather<NewEvent, boolean>;
  readonly warnings: readonly string[];
  #closed = false;

  private constructor(settings: Required<PostgresSettings>, warnings: readonly string[]) {
    this.warnings = warnings;
    const { acceptConnections, deliverConnections, readConnections } = settings;
    this.#acceptPool = openPool(settings, {
      connections: acceptConnections,
      name: 'accept',
      session: PLANNING,
      durable: true,
    });
    this.#pool = openPool(settings, {
      connections: deliverConnections,
      name: 'deliver',
      session: PLANNING,
      durable: true,
    });
    this.#readPool = openPool(settings, { connections: readConnections, name: 'read' });
    this.queue = new PostgresQueue(settings, this.#pool);
    this.settings = settingsStore({
      pool: this.#pool,
      readPool: this.#readPool,
      refusing: (task) => this.#refusing(task),
    });
    this.#accepts = new Gather({
      largest: LARGEST_BATCH,
      run: (events) => again(() => writeEvents(this.#acceptPool, events)),
      divides: dataFault,
    });
  }

  /**
   * Opens the ledger of a database; its tables are made or brought up to date first. Rejects with a
   * StorageError if the database cannot be reached or was made by a newer version.
   */
  static async open(given: PostgresSettings, migrations?: readonly Migration[]): Promise<PostgresLedger> {
    const settings = completeSettings(given);
    const checks = await databaseChecks(given);
    const fault = checks.find(({ state }) => state === 'fault');
    if (fault !== undefined) {
      throw new StorageError(sentences(fault));
    }
    try {
      await migrate(settings, migrations);
    } catch (error) {
      throw storageError(error);
    }
    const warnings = checks.filter(({ state }) => state === 'warning').map(sentences);
    const ledger = new PostgresLedger(settings, warnings);
    try {
      await ledger.#reserve();
    } catch (error) {
      await ledger.close();
      throw storageError(error);
    }
    return ledger;
  }

  /** Takes the first connection of each pool while the server has some: what only reads must not take all. */
  async #reserve(): Promise<void> {
    for (const pool of [this.#acceptPool, this.#pool, this.#readPool]) {
      (await pool.connect()).release();
    }
  }

  async accept(event: NewEvent): Promise<Accepted> {
    const accepted = await this.#refusing(() => this.#accepts.call(event));
    return { status: accepted ? 'accepted' : 'duplicate', key: event.key };
  }

  /** A server that only reads, such as a standby, refuses this too. */
  async probe(): Promise<void> {
    await this.#refusing(async () => {
      const client = await this.#acceptPool.connect();
      try {
        await expectOwnSession(client);
        await client.query("UPDATE ledger.health SET probing = probing WHERE destination = ''");
        client.release();
      } catch (error) {
        client.release(true);
        throw error;
      }
    });
  }

  async clockDifference(): Promise<ClockDifference> {
    const asked = Date.now();
    const { rows } = await this.#refusing(() =>
      this.#readPool.query<{ now: number }>('SELECT ledger.now_ms() AS now'),
    );
    const halfway = (asked + Date.now()) / 2;
    return { aheadMs: Math.round(halfway - (rows[0] as { now: number }).now), comparedWith: 'the database' };
  }

  recall(destination: string, key: string): Promise<string | null> {
    return this.#refusing(() => queries.readFact(this.#readPool, destination, key));
  }

  recallAll(destination: string, prefix: string): Promise<Record<string, string>> {
    return this.#refusing(() => queries.readFacts(this.#readPool, destination, prefix));
  }

  remember(destination: string, facts: Record<string, string>): Promise<void> {
    return this.#writeFacts(destination, facts, 'UPDATE SET value = excluded.value');
  }

  async nameTrigger(eventKey: string, email: string): Promise<void> {
    await this.#refusing(() =>
      this.#pool.query('UPDATE ledger.events SET triggered_by = $2 WHERE key = $1', [
        storable(eventKey),
        storable(email),
      ]),
    );
  }

  async reviveDeadLetters(ids: readonly number[]): Promise<number> {
    const { rows } = await this.#refusing(() =>
      again(() => this.#pool.query<{ count: number }>('SELECT ledger.revive($1) AS count', [ids])),
    );
    return rows[0]?.count ?? 0;
  }

  async dismissDeadLetters(ids: readonly number[]): Promise<number> {
    const { rowCount } = await this.#refusing(() =>
      this.#pool.query(
        "UPDATE ledger.deliveries SET state = 'dismissed', finished_at = $2 WHERE id = ANY ($1) AND state = 'dead'",
        [ids, Date.now()],
      ),
    );
    return rowCount ?? 0;
  }

  async deliverNow(id: number): Promise<boolean> {
    const { rows } = await this.#refusing(() =>
      again(() => this.#pool.query<{ count: number }>(DELIVER_NOW, [id])),
    );
    return rows[0]?.count === 1;
  }

  async sendAgain(eventKey: string, delivery: NewDelivery, orderingKey?: string): Promise<number | null> {
    const { destination, route, dueAt, quietMs } = delivery;
    const now = Date.now();
    const hash = orderingKey === undefined ? null : orderingKeyHash(orderingKey);
    const values = [storable(eventKey), destination, route, Math.max(0, dueAt - now), quietMs, hash, now];
    const { rows } = await this.#refusing(() =>
      again(() =>
        this.#pool.query<{ id: number | null }>(
          'SELECT ledger.send_again($1, $2, $3, $4, $5, $6, $7) AS id',
          values,
        ),
      ),
    );
    return rows[0]?.id ?? null;
  }

  async prune(before: number, limit: number): Promise<number> {
    return this.#refusing(async () => {
      const client = await this.#pool.connect();
      try {
        await client.query(`BEGIN; SET LOCAL statement_timeout = ${PRUNE_TIMEOUT_MS}`);
        // The client's own limit, which its types leave out, is otherwise that of a statement somebody waits for.
        const removal: pg.QueryConfig & { query_timeout: number } = {
          text: 'SELECT ledger.prune($1, $2) AS count',
          values: [before, limit],
          query_timeout: PRUNE_TIMEOUT_MS + ANSWER_GRACE_MS,
        };
        const { rows } = await client.query<{ count: number }>(removal);
        await client.query('COMMIT');
        client.release();
        return rows[0]?.count ?? 0;
      } catch (error) {
        client.release(true);
        throw error;
      }
    });
  }

  removeTestExperience(source: string, experienceId: string): Promise<boolean> {
    return this.#refusing(() => again(() => removeTestExperience(this.#pool, source, experienceId)));
  }

  async resume(destination: string): Promise<void> {
    const { rows } = await this.#refusing(() =>
      this.#pool.query<HealthRow>(
        `UPDATE ledger.health h SET paused_until = 0, pause_ms = 0, pause_reason = NULL WHERE destination = $1
        RETURNING ${HEALTH_COLUMNS}`,
        [destination],
      ),
    );
    for (const health of rows.map(destinationHealth)) {
      this.queue.resumed(health);
    }
  }

  event(key: string): Promise<StoredEvent | null> {
    return this.#refusing(() => queries.readEvent(this.#readPool, key));
  }

  events(filter: EventFilter): Promise<EventSummary[]> {
    return this.#refusing(() => queries.readEvents(this.#readPool, filter));
  }

  history(source: string, experienceId: string, limit: number): Promise<StoredEvent[]> {
    return this.#refusing(() => queries.readHistory(this.#readPool, source, experienceId, limit));
  }

  historyEntries(source: string, experienceId: string, limit: number): Promise<HistoryEntry[]> {
    return this.#refusing(() => queries.readHistoryEntries(this.#readPool, source, experienceId, limit));
  }

  eventsOf(sequences: readonly number[]): Promise<StoredEvent[]> {
    return this.#refusing(() => queries.readEventsOf(this.#readPool, sequences));
  }

  deliveries(eventKey: string): Promise<DeliveryRecord[]> {
    return this.#refusing(() => queries.readDeliveries(this.#readPool, eventKey));
  }

  attempts(deliveryId: number): Promise<AttemptRecord[]> {
    return this.#refusing(() => queries.readAttempts(this.#readPool, deliveryId));
  }

  deadLetters(filter: { destination?: string; afterId?: number; limit: number }): Promise<DeliveryRecord[]> {
    return this.#refusing(() => queries.readDeadLetters(this.#readPool, filter));
  }

  depths(): Promise<QueueDepth[]> {
    return this.#refusing(() => queries.readDepths(this.#readPool));
  }

  health(): Promise<DestinationHealth[]> {
    return this.#refusing(() => queries.readHealth(this.#readPool));
  }

  experiences(filter: ExperienceFilter): Promise<ExperienceSummary[]> {
    return this.#refusing(() => queries.readExperiences(this.#readPool, filter));
  }

  testExperiences(limit: number): Promise<TestExperience[]> {
    return this.#refusing(() => readTestExperiences(this.#readPool, limit));
  }

  timeline(from: number, to: number, bucketMs: number): Promise<TimelineBucket[]> {
    return this.#refusing(() => queries.readTimeline(this.#readPool, from, to, bucketMs));
  }

  exportPage(afterSequence: number, limit: number): Promise<ExportedEvent[]> {
    return this.#refusing(() => queries.readExportPage(this.#readPool, afterSequence, limit));
  }

  /** Takes over another ledger: events page by page, in its order, and facts that are not known here. */
  startImport(): {
    /** Gives how many of the events are new here. */
    addEvents(events: readonly ExportedEvent[]): Promise<number>;
    addFacts(destination: string, facts: Record<string, string>): Promise<void>;
  } {
    const started = new Import(this.#pool);
    return {
      addEvents: (events) => this.#refusing(() => started.add(events)),
      addFacts: (destination, facts) => this.#writeFacts(destination, facts, 'NOTHING'),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#acceptPool.end(), this.#pool.end(), this.#readPool.end()]);
  }

  async #writeFacts(
    destination: string,
    facts: Record<string, string>,
    onConflict: 'NOTHING' | 'UPDATE SET value = excluded.value',
  ): Promise<void> {
    await this.#refusing(() =>
      this.#pool.query(
        `INSERT INTO ledger.facts (destination, key, value)
        SELECT $1, f.key, f.value FROM unnest($2::text[], $3::text[]) AS f (key, value)
        ON CONFLICT (destination, key) DO ${onConflict}`,
        [destination, Object.keys(facts).map(storable), Object.values(facts).map(storable)],
      ),
    );
  }

  /** Whatever the database, the network or a pool says, becomes the one error that callers know. */
  async #refusing<T>(task: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new StorageError('The ledger is closed.');
    }
    try {
      return await task();
    } catch (error) {
      throw storageError(error);
    }
  }
}

function sentences({ finding, fix }: Check): string {
  return fix === null ? finding : `${finding.replace(/\.$/, '')}. ${fix}`;
}
