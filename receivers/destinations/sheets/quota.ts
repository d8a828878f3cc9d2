import { setTimeout } from 'node:timers/promises';

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

/** Keeps the calls of one kind (reading or writing) within what Google allows a minute. */
export class Quota {
  readonly #perMinute: number;
  readonly #now: () => number;
  #recent: number[] = [];

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Waits until one more call is allowed; rejects when the signal aborts before. */
  async ready(signal: AbortSignal): Promise<void> {
    const wait = pause(this.#recent, this.#now(), this.#perMinute);
    if (wait > 0) {
      await setTimeout(wait, undefined, { signal });
    }
  }

  /** Waits until one more call is allowed, and counts it. */
  async take(signal: AbortSignal): Promise<void> {
    await this.ready(signal);
    this.#recent = [...this.#recent.slice(-this.#perMinute), this.#now()];
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
  now: () => number,
): { read: Quota; write: Quota } {
  const key = `${account} ${perMinute}`;
  const quota = shared.get(key) ?? { read: new Quota(perMinute, now), write: new Quota(perMinute, now) };
  shared.set(key, quota);
  return quota;
}
