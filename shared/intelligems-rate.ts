import type { ApiResponse } from './intelligems-transport.ts';
import { boundedDelay, httpDate, retryAfterMs } from './retry-after.ts';

/** The documented bucket of the experience endpoints. */
const BUCKET_SIZE = 50;
const REFILL = 25;
const REFILL_EVERY_MS = 30_000;

/** How long to wait, in milliseconds, if an answer in progress will say when the refill comes. */
const ANSWER_SOON_MS = 25;

/** The `Date` header has whole seconds, and an answer takes time: clocks that differ by less count as equal. */
const CLOCK_TOLERANCE_MS = 2_000;

/**
 * Counts the tokens of one of the API's buckets, so that a call waits instead of running into a 429. It starts with
 * the documented figures and is corrected by the headers of every success (`x-ratelimit-limit`, `-remaining`,
 * `-reset` in milliseconds since 1970 by the server's clock). All times here are by a steady clock, in milliseconds.
 */
export class RateBudget {
  #size = BUCKET_SIZE;
  #left = BUCKET_SIZE;
  #inProgress = 0;
  #refillAt: number | null = null;
  /** By the server's clock. An answer that announces an earlier refill is older than what is known. */
  #newestReset = 0;
  #blockedUntil = 0;

  /** Takes a token for a request that is then sent, and gives 0; or gives the wait until there may be one. */
  take(now: number): number {
    if (now < this.#blockedUntil) {
      return this.#blockedUntil - now;
    }
    if (this.#refillAt !== null && now >= this.#refillAt) {
      const refill = Math.ceil((this.#size * REFILL) / BUCKET_SIZE);
      this.#left = Math.max(this.#left, Math.min(this.#size - this.#inProgress, this.#left + refill));
      this.#newestReset += 1;
      this.#refillAt = null;
    }
    if (this.#left <= 0) {
      if (this.#refillAt === null && this.#inProgress > 0) {
        return ANSWER_SOON_MS;
      }
      this.#refillAt ??= now + REFILL_EVERY_MS;
      return Math.max(1, this.#refillAt - now);
    }
    this.#left -= 1;
    this.#inProgress += 1;
    return 0;
  }

  /** A request that {@link take} allowed has ended; `response` is null if no answer came. */
  settle(response: ApiResponse | null, now: number): void {
    this.#inProgress -= 1;
    const left = figure(response, 'x-ratelimit-remaining');
    const reset = figure(response, 'x-ratelimit-reset');
    if (response === null || left === null || (reset !== null && reset < this.#newestReset)) {
      return;
    }
    this.#size = figure(response, 'x-ratelimit-limit') ?? this.#size;
    const isKnown = reset !== null && reset === this.#newestReset && this.#refillAt !== null;
    const known = isKnown ? this.#left : Number.POSITIVE_INFINITY;
    this.#left = Math.max(0, Math.min(known, left - this.#inProgress));
    this.#refillAt = reset === null ? null : now + Math.min(untilReset(response, reset), REFILL_EVERY_MS);
    this.#newestReset = reset ?? this.#newestReset;
  }

  /** No request is sent before this time: the API answered 429. */
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

/** How long it is until a time by the server's clock, which is read from its answer: this machine's may be wrong. */
function untilReset(response: ApiResponse, reset: number): number {
  const ahead = (httpDate(response.header('date') ?? '') ?? Date.now()) - Date.now();
  const skew = Math.abs(ahead) < CLOCK_TOLERANCE_MS ? 0 : ahead;
  return Math.max(0, reset - skew - Date.now());
}

/** How long a 429 asks to wait, in milliseconds: by `Retry-After`, else by `x-ratelimit-reset`; null if by neither. */
export function askedDelay(response: ApiResponse): number | null {
  const asked = retryAfterMs(response.header('retry-after'), response.header('date'), Date.now());
  const reset = figure(response, 'x-ratelimit-reset');
  return asked ?? (reset === null ? null : boundedDelay(untilReset(response, reset)));
}
