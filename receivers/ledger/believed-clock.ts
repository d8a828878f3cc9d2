import type { Ledger } from '../contract/ledger.ts';

const HOUR_MS = 3_600_000;

/** How long the clock's lead has to last before it counts at all, milliseconds. */
const DOUBT_MS = 6 * HOUR_MS;

/** After that, each hour of running adds this many hours of the lead. */
const CATCH_UP = 12;

/** Clocks that differ by less than this agree, milliseconds. Dates of answers are whole seconds, and travel. */
const TOLERANCE_MS = 60_000;

/** How many of the newest events are compared. A host whose clock is ahead gives all that it receives a later time. */
const COMPARED = 20;

/** Under this fact, of no destination, the time is kept that was believed last. */
const BELIEVED = 'retention-time';

/** What the clocks of this host show, milliseconds: since 1970, and by a clock that is never set. */
export interface ClockReading {
  now: number;
  monotonic: number;
}

/** The time by another host's clock: milliseconds since 1970, and when that was read, by the monotonic clock. */
export interface OtherClock {
  time: number;
  readAt: number;
}

/**
 * A time for what is irreversible, such as removing events or closing a day. It may be earlier than the clock's: a
 * host's clock can be days ahead after a boot, or jump. So it begins at the time that the ledger proves, and moves on
 * with the monotonic clock. If this host's clock is ahead of that, and no other clock agrees, the lead has to last for
 * hours before it counts, and then it counts little by little.
 */
export class BelievedClock {
  #believed: number;
  #readAt: number;
  #otherReadAt = 0;
  /** Since when this host's clock has been ahead, by the monotonic clock; null if it is not. */
  #aheadSince: number | null;

  /** @param proven the time that the ledger proves when the process starts, milliseconds since 1970 */
  constructor(proven: number, monotonic: number) {
    this.#believed = proven;
    this.#readAt = monotonic;
    this.#aheadSince = monotonic;
  }

  /**
   * The time that is believed, never later than the clock's.
   *
   * @param proven the time that the ledger proves now
   * @param other the last reading of another host's clock
   */
  read({ now, monotonic }: ClockReading, proven: number, other: OtherClock | null = null): number {
    const passed = monotonic - this.#readAt;
    let believed = Math.max(this.#believed + passed, proven);
    if (other !== null && other.readAt > this.#otherReadAt) {
      believed = other.time + monotonic - other.readAt;
      this.#otherReadAt = other.readAt;
      this.#aheadSince = null;
    }
    if (now - believed < TOLERANCE_MS) {
      believed = now;
      this.#aheadSince = null;
    } else {
      this.#aheadSince ??= monotonic;
      const convincingMs = monotonic - this.#aheadSince - DOUBT_MS;
      believed += Math.min(passed, Math.max(0, convincingMs)) * CATCH_UP;
    }
    this.#believed = Math.min(now, believed);
    this.#readAt = monotonic;
    return this.#believed;
  }
}

type ProvingLedger = Pick<Ledger, 'clockDifference' | 'events' | 'recall' | 'remember'>;

/**
 * Gives the time that can be believed, from this host's clock, the ledger, the database, and another host's clock.
 *
 * @param other the last reading of another host's clock; null for none
 */
export function openBelievedClock(
  ledger: ProvingLedger,
  other: () => OtherClock | null = () => null,
  read: () => ClockReading = () => ({ now: Date.now(), monotonic: performance.now() }),
): () => Promise<number> {
  const startedAt = read().monotonic;
  let clock: BelievedClock | null = null;
  return async () => {
    const proven = await provenTime(ledger);
    const before = clock === null ? await believedBefore(ledger) : 0;
    clock ??= new BelievedClock(Math.max(proven, before), startedAt);
    const difference = await ledger.clockDifference();
    const reading = read();
    const aheadMs = difference?.aheadMs ?? 0;
    const agreed = { ...reading, now: reading.now - (aheadMs < TOLERANCE_MS ? 0 : aheadMs) };
    const believed = Math.round(clock.read(agreed, proven, other()));
    await ledger.remember('', { [BELIEVED]: String(believed) });
    return believed;
  };
}

/**
 * The latest time on which two clocks agree: ours, by which a webhook was received, and that of its sender. What came
 * while our clock was ahead proves nothing more than its sender says. Reports and tests have only times of our own, and
 * prove nothing at all.
 */
async function provenTime(ledger: Pick<Ledger, 'events'>): Promise<number> {
  const newest = await ledger.events({ origin: 'webhook', limit: COMPARED });
  return Math.max(0, ...newest.map(({ receivedAt, occurredAt }) => Math.min(receivedAt, occurredAt ?? 0)));
}

async function believedBefore(ledger: Pick<Ledger, 'recall'>): Promise<number> {
  return Number((await ledger.recall('', BELIEVED)) ?? 0);
}
