import { join } from 'node:path';
import { makeDataFolder } from '../../base/data-folder.ts';
import type { DestinationHealth } from '../../contract/delivery.ts';
import type { Accepted, NewDelivery, NewEvent, StoredEvent } from '../../contract/event.ts';
import { type Ledger, StorageError } from '../../contract/ledger.ts';
import type {
  AttemptRecord,
  DeliveryRecord,
  EventFilter,
  EventSummary,
  ExperienceFilter,
  ExperienceSummary,
  ExportedEvent,
  QueueDepth,
  TimelineBucket,
} from '../../contract/ledger-reader.ts';
import { LEDGER_FILE } from '../ledger-file.ts';
import { waitMs } from '../wait.ts';
import { acceptRow } from './accept-row.ts';
import type { Checkpoints } from './checkpoints.ts';
import { checkpointsBesideWrites } from './connection.ts';
import type { Operations } from './operations.ts';
import type { Queries } from './queries.ts';
import { SqliteQueue } from './queue.ts';
import { LedgerThread } from './thread.ts';

/** After so many writes, what the write-ahead log holds is copied into the file. */
const WRITES_PER_CHECKPOINT = 500;

const CHECKPOINTS_BESIDE_WRITES = checkpointsBesideWrites();

/** The ledger on embedded storage: one SQLite file, written by a thread of its own and read by another. */
export class SqliteLedger implements Ledger {
  readonly queue: SqliteQueue;
  readonly #writer: LedgerThread<Operations>;
  readonly #reader: LedgerThread<Queries>;
  /** What people search and list may take long; deliveries do not wait for it. Starts when it is first asked. */
  readonly #lists: LedgerThread<Queries>;
  /** Copies the write-ahead log into the file, which the writer would else do while events wait for it. */
  readonly #checkpoints: LedgerThread<Checkpoints>;
  #checkpointing = false;
  #writes = 0;

  private constructor(file: string) {
    // The writer has much of the file in memory, and would go on for long on one that is damaged.
    const observer = { damaged: () => this.#writer.openAnew() };
    this.#writer = new LedgerThread({ file, mode: 'write' }, { settled: (calls) => this.#written(calls) });
    this.#checkpoints = new LedgerThread({ file, mode: 'checkpoint' }, observer);
    this.#reader = new LedgerThread({ file, mode: 'read' }, observer);
    this.#lists = new LedgerThread({ file, mode: 'read' }, observer);
    this.queue = new SqliteQueue(this.#writer, () => this.health());
  }

  /**
   * Opens the ledger of a data folder, which is made if it is missing (readable by its owner only).
   * Rejects with a StorageError where it cannot be written.
   */
  static async open(folder: string): Promise<SqliteLedger> {
    makeDataFolder(folder);
    const ledger = new SqliteLedger(join(folder, LEDGER_FILE));
    try {
      // Takes its time where the file is brought to a newer schema.
      await ledger.#writer.call('probe');
    } catch (error) {
      await ledger.close();
      throw error;
    }
    return ledger;
  }

  async accept(event: NewEvent): Promise<Accepted> {
    const fresh = await this.#writer.callInTime('accept', acceptRow(event), event.body);
    if (fresh) {
      for (const { destination, dueAt } of event.deliveries) {
        this.queue.announce(destination, waitMs(dueAt, event.receivedAt));
      }
    }
    return { status: fresh ? 'accepted' : 'duplicate', key: event.key };
  }

  async probe(): Promise<void> {
    await this.#writer.callInTime('probe');
  }

  recall(destination: string, key: string): Promise<string | null> {
    return this.#reader.call('recall', { destination, key });
  }

  recallAll(destination: string, prefix: string): Promise<Record<string, string>> {
    return this.#reader.call('recallAll', { destination, prefix });
  }

  /** All that destinations and the parts of the receiver remember, by their names; one after the other. */
  async *allFacts(): AsyncGenerator<[destination: string, facts: Record<string, string>]> {
    for (const destination of await this.#reader.call('factDestinations')) {
      yield [destination, await this.recallAll(destination, '')];
    }
  }

  async remember(destination: string, facts: Record<string, string>): Promise<void> {
    await this.#writer.call('remember', { destination, facts });
  }

  async nameTrigger(eventKey: string, email: string): Promise<void> {
    await this.#writer.call('nameTrigger', { key: eventKey, email });
  }

  async reviveDeadLetters(ids: readonly number[]): Promise<number> {
    const destinations = await this.#writer.call('reviveDeadLetters', { ids, now: Date.now() });
    for (const destination of new Set(destinations)) {
      this.queue.announce(destination, 0);
    }
    return destinations.length;
  }

  dismissDeadLetters(ids: readonly number[]): Promise<number> {
    return this.#writer.call('dismissDeadLetters', { ids, now: Date.now() });
  }

  async sendAgain(eventKey: string, delivery: NewDelivery, orderingKey?: string): Promise<number | null> {
    const now = Date.now();
    const request = { key: eventKey, added: delivery, orderingKey: orderingKey ?? null, now };
    const id = await this.#writer.call('sendAgain', request);
    if (id === 0) {
      throw new StorageError(
        `The event ${eventKey} has been sent as often as the ledger can count. Send it from its source anew.`,
      );
    }
    this.queue.announce(delivery.destination, delivery.dueAt - now);
    return id;
  }

  /** Where many dead letters stay, finding what may go takes long: accepting does not wait for it. */
  async prune(before: number, limit: number): Promise<number> {
    const sequences = await this.#reader.call('prunable', { before, limit });
    return this.#writer.call('prune', { before, sequences });
  }

  async resume(destination: string): Promise<void> {
    await this.#writer.call('resume', { destination });
    this.queue.resumed(destination);
  }

  event(key: string): Promise<StoredEvent | null> {
    return this.#reader.call('event', key);
  }

  events(filter: EventFilter): Promise<EventSummary[]> {
    return this.#lists.call('events', filter);
  }

  history(source: string, experienceId: string, limit: number): Promise<StoredEvent[]> {
    return this.#reader.call('history', { source, experienceId, limit });
  }

  deliveries(eventKey: string): Promise<DeliveryRecord[]> {
    return this.#reader.call('deliveries', eventKey);
  }

  attempts(deliveryId: number): Promise<AttemptRecord[]> {
    return this.#reader.call('attempts', deliveryId);
  }

  deadLetters(filter: { destination?: string; afterId?: number; limit: number }): Promise<DeliveryRecord[]> {
    return this.#lists.call('deadLetters', filter);
  }

  depths(): Promise<QueueDepth[]> {
    return this.#reader.call('depths');
  }

  health(): Promise<DestinationHealth[]> {
    return this.#reader.call('health');
  }

  experiences(filter: ExperienceFilter): Promise<ExperienceSummary[]> {
    return this.#lists.call('experiences', filter);
  }

  timeline(from: number, to: number, bucketMs: number): Promise<TimelineBucket[]> {
    return this.#lists.call('timeline', { from, to, bucketMs });
  }

  exportPage(afterSequence: number, limit: number): Promise<ExportedEvent[]> {
    return this.#lists.call('exportPage', { afterSequence, limit });
  }

  async close(): Promise<void> {
    // The last to close the file folds its log into it, which a reader cannot.
    await Promise.all([this.#reader.close(), this.#lists.close(), this.#checkpoints.close()]);
    await this.#writer.close();
  }

  #written(calls: number): void {
    this.#writes += calls;
    const due = CHECKPOINTS_BESIDE_WRITES && this.#writes >= WRITES_PER_CHECKPOINT;
    if (due && !this.#checkpointing && !this.#checkpoints.closed) {
      this.#writes = 0;
      this.#checkpointing = true;
      const ended = (): void => {
        this.#checkpointing = false;
      };
      // Where it fails the writer meets the same fault, and tells of it.
      this.#checkpoints.call('checkpoint').then(ended, ended);
    }
  }
}
