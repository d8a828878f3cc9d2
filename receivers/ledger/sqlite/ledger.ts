import { join } from 'node:path';
import { makeDataFolder } from '../../base/data-folder.ts';
import type { DestinationHealth } from '../../contract/delivery.ts';
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
import { LEDGER_FILE } from '../ledger-file.ts';
import { waitMs } from '../wait.ts';
import { acceptRow } from './accept-row.ts';
import type { Checkpoints } from './checkpoints.ts';
import { checkpointsBesideWrites } from './connection.ts';
import { ProgressMark } from './progress-mark.ts';
import type { Queries } from './queries.ts';
import { SqliteQueue } from './queue.ts';
import { LedgerThread } from './thread.ts';
import { removeCopy, upgradeCopies } from './upgrade-copy.ts';
import type { WriterOperations, WriterStatus } from './worker.ts';

/** A copy from before an upgrade is kept until the new version has run this long, milliseconds. */
const COPY_KEPT_MS = 24 * 3_600_000;

/** Added to the name of the ledger's file: how far the ledger got (see {@link ProgressMark}). */
const PROGRESS = '.progress';

export interface SqliteOptions {
  /** The lock of the data folder: if it was removed, nothing more is written. */
  lockFile?: string;
  /** For tests: other versions of the schema than the released ones. */
  migrations?: readonly string[];
  /** How long the new version has to run until the copy from before an upgrade is removed, milliseconds. */
  copyKeptMs?: number;
}

/** After this many writes, the content of the write-ahead log is copied into the file. */
const WRITES_PER_CHECKPOINT = 500;

const CHECKPOINTS_BESIDE_WRITES = checkpointsBesideWrites();

/** The ledger on embedded storage: one SQLite file, written by one thread and read by others. */
export class SqliteLedger implements Ledger {
  readonly queue: SqliteQueue;
  readonly settings: SettingsStore;
  readonly #writer: LedgerThread<WriterOperations>;
  readonly #reader: LedgerThread<Queries>;
  /** Searches and lists of people may take long; deliveries do not wait for them. Starts with the first one. */
  readonly #lists: LedgerThread<Queries>;
  /** Copies the write-ahead log into the file, which the writer would otherwise do while events wait for it. */
  readonly #checkpoints: LedgerThread<Checkpoints>;
  readonly #warnings: string[] = [];
  #progress: ProgressMark | null = null;
  #checkpointing = false;
  #writes = 0;
  #copyTimer: NodeJS.Timeout | undefined;

  private constructor(file: string, { lockFile, migrations }: SqliteOptions) {
    // The writer has much of the file in memory, and would work for a long time on one that is damaged.
    const observer = { damaged: () => this.#writer.reopen() };
    this.#writer = new LedgerThread(
      {
        file,
        mode: 'write',
        ...(lockFile !== undefined && { lockFile }),
        ...(migrations !== undefined && { migrations }),
      },
      { settled: (calls) => this.#written(calls) },
    );
    this.#checkpoints = new LedgerThread({ file, mode: 'checkpoint' }, observer);
    this.#reader = new LedgerThread({ file, mode: 'read' }, observer);
    this.#lists = new LedgerThread({ file, mode: 'read' }, observer);
    this.queue = new SqliteQueue(
      this.#writer,
      () => this.health(),
      () => this.depths(),
    );
    this.settings = {
      read: () => this.#reader.call('settings'),
      revision: () => this.#reader.call('settingsRevision'),
      write: (change) => this.#writer.call('changeSettings', change),
      log: (page) => this.#reader.call('settingsLog', page),
    };
  }

  /**
   * Opens the ledger of a data folder, which is made if it is missing (readable by its owner only).
   * Rejects with a StorageError if it cannot be written.
   */
  static async open(folder: string, options: SqliteOptions = {}): Promise<SqliteLedger> {
    makeDataFolder(folder);
    const file = join(folder, LEDGER_FILE);
    const ledger = new SqliteLedger(file, options);
    try {
      // Without a time limit: an upgrade of the schema may take long.
      await ledger.#writer.call('probe');
      ledger.#begin(file, await ledger.#writer.call('status'), options);
    } catch (error) {
      await ledger.close();
      throw error;
    }
    return ledger;
  }

  async accept(event: NewEvent): Promise<Accepted> {
    const sequence = await this.#writer.callInTime('accept', acceptRow(event), event.body);
    if (sequence > 0) {
      this.#progress?.reach(sequence);
      for (const { destination, dueAt } of event.deliveries) {
        this.queue.announce(destination, waitMs(dueAt, event.receivedAt));
      }
    }
    return { status: sequence > 0 ? 'accepted' : 'duplicate', key: event.key };
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

  /** Everything that destinations and parts of the receiver remember, one name after the other. */
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

  async deliverNow(id: number): Promise<boolean> {
    const destination = await this.#writer.call('deliverNow', { id, now: Date.now() });
    if (destination === null) {
      return false;
    }
    this.queue.announce(destination, 0);
    return true;
  }

  async sendAgain(eventKey: string, delivery: NewDelivery, orderingKey?: string): Promise<number | null> {
    const now = Date.now();
    const request = { key: eventKey, added: delivery, orderingKey: orderingKey ?? null, now };
    const id = await this.#writer.call('sendAgain', request);
    if (id === 0) {
      throw new StorageError(
        `The event ${eventKey} has been sent as many times as the ledger can count. Send it from its source again.`,
      );
    }
    this.queue.announce(delivery.destination, delivery.dueAt - now);
    return id;
  }

  /** With many dead letters, finding what may be removed takes long: accepting does not wait for it. */
  async prune(before: number, limit: number): Promise<number> {
    const sequences = await this.#reader.call('prunable', { before, limit });
    const removed = await this.#writer.call('prune', { before, sequences });
    if (removed > 0) {
      this.#progress?.lower((await this.#writer.call('status')).lastSequence);
    }
    return removed;
  }

  async removeTestExperience(source: string, experienceId: string): Promise<boolean> {
    const removed = await this.#writer.call('removeTestExperience', { source, experienceId });
    if (removed) {
      this.#progress?.lower((await this.#writer.call('status')).lastSequence);
    }
    return removed;
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

  async historyEntries(source: string, experienceId: string, limit: number): Promise<HistoryEntry[]> {
    return JSON.parse(await this.#reader.call('historyEntries', { source, experienceId, limit }));
  }

  eventsOf(sequences: readonly number[]): Promise<StoredEvent[]> {
    return this.#reader.call('eventsOf', sequences);
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

  testExperiences(limit: number): Promise<TestExperience[]> {
    return this.#lists.call('testExperiences', limit);
  }

  timeline(from: number, to: number, bucketMs: number): Promise<TimelineBucket[]> {
    return this.#lists.call('timeline', { from, to, bucketMs });
  }

  exportPage(afterSequence: number, limit: number): Promise<ExportedEvent[]> {
    return this.#lists.call('exportPage', { afterSequence, limit });
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** There is no other clock here: only an event from the future shows that this host's clock is behind. */
  async clockDifference(): Promise<ClockDifference | null> {
    const [newest] = await this.#reader.call('events', { limit: 1 });
    const aheadMs = Date.now() - (newest?.receivedAt ?? 0);
    return aheadMs < 0 ? { aheadMs, comparedWith: 'the newest event in the ledger' } : null;
  }

  async close(): Promise<void> {
    clearTimeout(this.#copyTimer);
    await this.#progress?.close();
    // The last connection to close merges the log into the file, which a reader cannot do.
    await Promise.all([this.#reader.close(), this.#lists.close(), this.#checkpoints.close()]);
    await this.#writer.close();
  }

  #begin(
    file: string,
    { upgrade, lastSequence }: WriterStatus,
    { copyKeptMs = COPY_KEPT_MS }: SqliteOptions,
  ): void {
    this.#progress = new ProgressMark(`${file}${PROGRESS}`, lastSequence);
    const { missing } = this.#progress;
    if (missing > 0) {
      this.#warnings.push(
        `The ledger lacks at least ${missing} of its newest events: ledger.sqlite ends earlier than the file ` +
          'ledger.sqlite.progress says. If ledger.sqlite was copied or restored, copy ledger.sqlite-wal too: it holds ' +
          'the newest events. If they are lost, delete ledger.sqlite.progress, and this warning ends.',
      );
    }
    if (upgrade !== null) {
      this.#warnings.push(
        `The ledger was upgraded from schema ${upgrade.from} to ${upgrade.to}. A copy from before the upgrade is in ` +
          `${upgrade.copy}; it is removed after the receiver has run for a day.`,
      );
    }
    this.#copyTimer = setTimeout(() => {
      for (const copy of upgradeCopies(file)) {
        removeCopy(copy);
      }
    }, copyKeptMs).unref();
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
      // If it fails, the writer meets the same fault and reports it.
      this.#checkpoints.call('checkpoint').then(ended, ended);
    }
  }
}
