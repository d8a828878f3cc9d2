import { setTimeout } from 'node:timers/promises';

const MINUTE_MS = 60_000;

/**
 * How long to wait before the next call, in milliseconds, so that no minute has more than `perMinute` calls. The first
 * half of a minute's calls goes at once. From then on they are spread, so that a long rush is written in even steps
 * instead of a burst and a minute's silence.
 *
 * @param recent the times of earlier calls on a clock that is never set, milliseconds, oldest first
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
  readonly #sharers: () => number;
  #recent: number[] = [];

  /** @param sharers how many processes share the quota now, this one included */
  constructor(perMinute: number, sharers: () => number = () => 1) {
    this.#perMinute = perMinute;
    this.#sharers = sharers;
  }

  /** Waits until one more call is allowed; rejects if the signal aborts before. */
  async ready(signal: AbortSignal): Promise<void> {
    const share = Math.max(1, Math.floor(this.#perMinute / this.#sharers()));
    const wait = pause(this.#recent, performance.now(), share);
    if (wait > 0) {
      await setTimeout(wait, undefined, { signal });
    }
  }

  /** Waits until one more call is allowed, and counts it. */
  async take(signal: AbortSignal): Promise<void> {
    await this.ready(signal);
    this.#recent = [...this.#recent.slice(-this.#perMinute), performance.now()];
  }
}

const shared = new Map<string, { read: Quota; write: Quota }>();

/**
 * The quota of a service account, shared by all destinations of this process that use the account: Google counts its
 * calls for all spreadsheets together.
 */
export function accountQuota(
  account: string,
  perMinute: number,
  sharers?: () => number,
): { read: Quota; write: Quota } {
  const key = `${account} ${perMinute}`;
  const quota = shared.get(key) ?? {
    read: new Quota(perMinute, sharers),
    write: new Quota(perMinute, sharers),
  };
  shared.set(key, quota);
  return quota;
}
