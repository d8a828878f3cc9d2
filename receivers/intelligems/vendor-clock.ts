import { httpDate } from '../../shared/retry-after.ts';

/** The header has whole seconds, and an answer takes time. A host's clock that differs by less agrees, and is finer. */
const TOLERANCE_MS = 2_000;

/**
 * The clock of Intelligems, by the `Date` header of its answers and the time that passed since the last one. What
 * Intelligems records has times of this clock, so windows and ages are measured with it: this host's may be wrong.
 */
export class VendorClock {
  #last: { time: number; readAt: number } | null = null;

  /** Takes note of an answer's headers, by lower-case name. The `Age` of a cached answer counts. */
  read({ date, age }: Readonly<Record<string, string>>): void {
    const time = httpDate(date ?? '');
    if (time !== null) {
      this.#last = { time: time + (Number(age ?? 0) || 0) * 1_000, readAt: performance.now() };
    }
  }

  /** Milliseconds since 1970; null before the first answer with a date. */
  get now(): number | null {
    if (this.#last === null) {
      return null;
    }
    const time = this.#last.time + performance.now() - this.#last.readAt;
    return Math.abs(Date.now() - time) < TOLERANCE_MS ? Date.now() : time;
  }
}

/**
 * How long ago an event happened, milliseconds, never negative: by the clock of Intelligems, which made its timestamp,
 * or else since it was received by this host's clock.
 */
export function eventAge(
  { timestamp, receivedAt }: { timestamp: number | null; receivedAt: number },
  clock: VendorClock,
  now: number,
): number {
  const known = clock.now;
  return Math.max(0, known === null || timestamp === null ? now - receivedAt : known - timestamp);
}
