import type { ApiResponse } from './intelligems-transport.ts';

/** The vendor's documented bucket of the experience endpoints. */
const BUCKET_SIZE = 50;
const REFILL = 25;
const REFILL_EVERY_MS = 30_000;

/** How long to wait, in milliseconds, where an answer that is under way will tell when the refill comes. */
const ANSWER_SOON_MS = 25;

/**
 * Keeps count of one of the vendor's token buckets, so that a call waits rather than runs into a 429.
 * It starts from the documented figures and is set right by the headers of every success
 * (`x-ratelimit-limit`, `-remaining`, `-reset` in milliseconds since 1970).
 */
export class RateBudget {
  #size = BUCKET_SIZE;
  #left = BUCKET_SIZE;
  #underWay = 0;
  #refillAt: number | null = null;
  /** An answer that announces an earlier refill than this is older than what is known. */
  #newestRefill = 0;
  #blockedUntil = 0;

  /**
   * Takes a token for a request that is then sent, and gives 0; or gives the milliseconds until there may
   * be one, and takes nothing.
   *
   * @param now milliseconds since 1970
   */
  take(now: number): number {
    if (now < this.#blockedUntil) {
      return this.#blockedUntil - now;
    }
    if (this.#refillAt !== null && now >= this.#refillAt) {
      const refill = Math.ceil((this.#size * REFILL) / BUCKET_SIZE);
      this.#left = Math.max(this.#left, Math.min(this.#size - this.#underWay, this.#left + refill));
      this.#newestRefill = this.#refillAt + 1;
      this.#refillAt = null;
    }
    if (this.#left <= 0) {
      if (this.#refillAt === null && this.#underWay > 0) {
        return ANSWER_SOON_MS;
      }
      this.#refillAt ??= now + REFILL_EVERY_MS;
      return Math.max(1, this.#refillAt - now);
    }
    this.#left -= 1;
    this.#underWay += 1;
    return 0;
  }

  /** A request that {@link take} allowed has ended; `response` is null where no answer came. */
  settle(response: ApiResponse | null): void {
    this.#underWay -= 1;
    const left = figure(response, 'x-ratelimit-remaining');
    const refillAt = figure(response, 'x-ratelimit-reset');
    if (left === null || (refillAt !== null && refillAt < this.#newestRefill)) {
      return;
    }
    this.#size = figure(response, 'x-ratelimit-limit') ?? this.#size;
    const known = refillAt !== null && refillAt === this.#refillAt ? this.#left : Number.POSITIVE_INFINITY;
    this.#left = Math.max(0, Math.min(known, left - this.#underWay));
    this.#refillAt = refillAt;
    this.#newestRefill = refillAt ?? this.#newestRefill;
  }

  /** No request is to be sent before this time, milliseconds since 1970: the vendor said 429. */
  block(until: number): void {
    this.#left = Math.max(1, this.#left);
    this.#blockedUntil = Math.max(this.#blockedUntil, until);
  }
}

/** The budgets of one access token. */
export interface RateBudgets {
  experiences: RateBudget;
  analytics: RateBudget;
}

export function rateBudgets(): RateBudgets {
  return { experiences: new RateBudget(), analytics: new RateBudget() };
}

function figure(response: ApiResponse | null, name: string): number | null {
  const value = response?.header(name)?.trim() || null;
  return value !== null && Number.isFinite(Number(value)) ? Number(value) : null;
}

/**
 * How long a 429 asks to wait, in milliseconds: from `Retry-After` (seconds or a date), else from
 * `x-ratelimit-reset`; null where it does not tell.
 */
export function askedDelay(response: ApiResponse, now: number): number | null {
  const retryAfter = response.header('retry-after');
  if (retryAfter !== null && retryAfter.trim() !== '') {
    const seconds = Number(retryAfter);
    const delay = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - now;
    if (Number.isFinite(delay)) {
      return Math.max(0, delay);
    }
  }
  const reset = figure(response, 'x-ratelimit-reset');
  return reset === null ? null : Math.max(0, reset - now);
}
