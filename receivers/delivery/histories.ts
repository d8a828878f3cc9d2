import type { StoredEvent } from '../contract/event.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { HistoryEntry } from '../contract/ledger-reader.ts';

/** How many events of an experience a message carries. */
const HISTORY_LIMIT = 50;

/** The bodies of the events that are kept take at most this, bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

type HistoryLedger = Pick<Ledger, 'historyEntries' | 'eventsOf'>;

/**
 * The known events of experiences, each read once and then kept for the deliveries that follow. Every call asks the
 * ledger which events there are now, which is cheap, and reads those that are missing here or have changed since. So
 * it never gives less than the ledger has, whichever process wrote it.
 */
export class Histories {
  readonly #ledger: HistoryLedger;
  readonly #kept: KeptEvents;
  /** Reads that have not begun yet, by experience: whoever asks before one begins shares it. */
  readonly #planned = new Map<string, Promise<HistoryEntry[]>>();

  constructor(ledger: HistoryLedger, mostBytes = MOST_BYTES) {
    this.#ledger = ledger;
    this.#kept = new KeptEvents(mostBytes);
  }

  /**
   * The last accepted events of an event's experience, by event time, oldest first; none without an experience. Rejects
   * if the ledger cannot be read.
   */
  async of(event: StoredEvent): Promise<StoredEvent[]> {
    const { source, experienceId } = event;
    if (experienceId === null) {
      return [];
    }
    this.#kept.add(event);
    const entries = await this.#entries(source, experienceId);
    const found = new Map<number, StoredEvent>();
    const missing: number[] = [];
    for (const entry of entries) {
      const kept = this.#kept.find(entry);
      if (kept === undefined) {
        missing.push(entry[0]);
      } else {
        found.set(kept.sequence, kept);
      }
    }
    for (const read of missing.length === 0 ? [] : await this.#ledger.eventsOf(missing)) {
      found.set(read.sequence, this.#kept.add(read));
    }
    return [...found.values()].sort(byTime);
  }

  #entries(source: string, experienceId: string): Promise<HistoryEntry[]> {
    const name = JSON.stringify([source, experienceId]);
    const planned = this.#planned.get(name);
    if (planned !== undefined) {
      return planned;
    }
    const read = new Promise<void>((begin) => setImmediate(begin)).then(() => {
      this.#planned.delete(name);
      return this.#ledger.historyEntries(source, experienceId, HISTORY_LIMIT);
    });
    this.#planned.set(name, read);
    return read;
  }
}

/** As the ledger orders: what has no time comes first. */
function byTime(one: StoredEvent, other: StoredEvent): number {
  const [time, otherTime] = [one.occurredAt ?? 0, other.occurredAt ?? 0];
  return time - otherTime || one.sequence - other.sequence;
}

/** Events by their sequence; when they get too large together, those go that were not used for the longest time. */
class KeptEvents {
  readonly #mostBytes: number;
  readonly #events = new Map<number, StoredEvent>();
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Keeps an event; gives the one that was kept before, if it is the same. */
  add(event: StoredEvent): StoredEvent {
    const same = this.find([event.sequence, event.receivedAt, event.triggeredBy]);
    if (same !== undefined) {
      return same;
    }
    this.#drop(event.sequence);
    this.#events.set(event.sequence, event);
    this.#bytes += event.body.byteLength;
    while (this.#bytes > this.#mostBytes) {
      this.#drop(this.#events.keys().next().value as number);
    }
    return event;
  }

  /** The event of an entry, as it is now; undefined if it is not kept, or only as it was. */
  find([sequence, receivedAt, triggeredBy]: HistoryEntry): StoredEvent | undefined {
    const event = this.#events.get(sequence);
    if (event === undefined || event.receivedAt !== receivedAt || event.triggeredBy !== triggeredBy) {
      return undefined;
    }
    this.#events.delete(sequence);
    this.#events.set(sequence, event);
    return event;
  }

  #drop(sequence: number): void {
    const event = this.#events.get(sequence);
    if (event !== undefined) {
      this.#events.delete(sequence);
      this.#bytes -= event.body.byteLength;
    }
  }
}
