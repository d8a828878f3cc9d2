import { setTimeout } from 'node:timers/promises';
import type { Services } from '../../contract/destination.ts';

const MINUTE_MS = 60_000;

/**
 * How long to wait before the next call (milliseconds) so that no minute sees more than `perMinute` calls.
 * The first half of a minute's calls goes at once; from then on they are spread, so that a long rush is
 * written in even steps rather than in a burst and a minute's silence.
 *
 * @param recent the times of earlier calls, milliseconds since 1970, oldest first
 */
export function pause(recent: readonly number[], now: number, perMinute: number): number {
  const within = recent.filter((time) => time > now - MINUTE_MS);
  const newest = within.at(-1);
  if (newest === undefined || within.length < perMinute / 2) {
    return 0;
  }
  const spread = newest + (MINUTE_MS / perMinute) * 2 - now;
  const full = (within.at(-perMinute) ?? Number.NEGATIVE_INFINITY) + MINUTE_MS - now;
  return Math.max(0, spread, full);
}

/** The time, and how many processes share the quota. */
type QuotaClock = Pick<Services, 'now' | 'sharers'>;

/** Keeps the calls of one kind (reading or writing) within what Google allows a minute. */
export class Quota {
  readonly #perMinute: number;
  readonly #clock: QuotaClock;
  #recent: number[] = [];

  constructor(perMinute: number, clock: QuotaClock) {
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** Waits until one more call is allowed; rejects when the signal aborts before. */
  async ready(signal: AbortSignal): Promise<void> {
    const share = Math.max(1, Math.floor(this.#perMinute / (this.#clock.sharers?.() ?? 1)));
    const wait = pause(this.#recent, this.#clock.now(), share);
    if (wait > 0) {
      await setTimeout(wait, undefined, { signal });
    }
  }

  /** Waits until one more call is allowed, and counts it. */
  async take(signal: AbortSignal): Promise<void> {
    await this.ready(signal);
    this.#recent = [...this.#recent.slice(-this.#perMinute), this.#clock.now()];
  }
}

const shared = new Map<string, { read: Quota; write: Quota }>();

/**
 * The quota of a service account, the same for all destinations of this process that use the account,
 * because Google counts its calls whatever spreadsheet they are for.
 *
 * @param account what tells accounts apart
 */
export function accountQuota(
  account: string,
  perMinute: number,
  clock: QuotaClock,
): { read: Quota; write: Quota } {
  const key = `${account} ${perMinute}`;
  const quota = shared.get(key) ?? { read: new Quota(perMinute, clock), write: new Quota(perMinute, clock) };
  shared.set(key, quota);
  return quota;
}
