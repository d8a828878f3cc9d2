import { type ApiFailure, type ApiResult, finalFailure, unavailable } from './intelligems-failure.ts';
import { askedDelay, type RateBudget } from './intelligems-rate.ts';
import type { ApiResponse, ApiSilence, Transport } from './intelligems-transport.ts';

/** How patient the calls are. All times are milliseconds. */
export interface CallSettings {
  /** The access token, sent in the header `intelligems-access-token`. */
  token: string;
  transport: Transport;
  /** How long one attempt may take. Default: 15,000. */
  timeoutMs?: number;
  /** How often a call is tried if the server fails or cannot be reached. Default: 4. */
  attempts?: number;
  /** How long one call may wait in total for the rate limit and between attempts. Default: 120,000. */
  maxWaitMs?: number;
  /** The pause after the first failed attempt; it doubles with each, and is shortened at random. Default: 500. */
  backoffMs?: number;
  /** How long to wait after a 429 that does not say how long. Default: soon, and longer each time. */
  throttledMs?: number;
}

export interface Call {
  method: 'GET' | 'POST';
  url: string;
  body?: object;
  /** Repeating it does no harm, even if an earlier attempt took effect. */
  repeatable: boolean;
  budget: RateBudget;
  signal?: AbortSignal;
}

/** The longest pause between two attempts: the API refills its buckets every 30 seconds. */
const LONGEST_PAUSE_MS = 30_000;

/** Makes calls to the External API, waiting for its rate limit and trying again after failures that may pass. */
export class Caller {
  readonly #settings: Required<Omit<CallSettings, 'throttledMs'>> & Pick<CallSettings, 'throttledMs'>;

  constructor(settings: CallSettings) {
    this.#settings = {
      ...settings,
      timeoutMs: settings.timeoutMs ?? 15_000,
      attempts: settings.attempts ?? 4,
      maxWaitMs: settings.maxWaitMs ?? 120_000,
      backoffMs: settings.backoffMs ?? 500,
    };
  }

  /** Gives the answer's JSON, or why there is none. Never rejects. */
  async call(call: Call): Promise<ApiResult<unknown>> {
    const { attempts, backoffMs, maxWaitMs } = this.#settings;
    const deadline = performance.now() + maxWaitMs;
    let failed = 0;
    let throttled = 0;
    for (;;) {
      const limited = await this.#token(call, deadline);
      if (limited !== null) {
        return failure(limited);
      }
      const exchange = await this.#attempt(call);
      if (exchange.answered && exchange.status === 429) {
        throttled += 1;
        call.budget.block(performance.now() + this.#throttledMs(exchange, throttled));
        continue;
      }
      const judged = judge(exchange, call);
      if (judged.ok || judged.failure.reason !== 'unavailable') {
        return judged;
      }
      if (!call.repeatable && (exchange.answered || exchange.mayHaveArrived)) {
        return failure(unavailable(judged.failure.message, true));
      }
      failed += 1;
      const wait = Math.min(LONGEST_PAUSE_MS, backoffMs * 2 ** (failed - 1)) * (0.5 + Math.random() / 2);
      if (failed >= attempts || call.signal?.aborted || performance.now() + wait > deadline) {
        return judged;
      }
      await pause(wait, call.signal);
    }
  }

  /** Waits for the rate limit. Gives why the call may not be made; null if it may. */
  async #token({ budget, signal }: Call, deadline: number): Promise<ApiFailure | null> {
    for (;;) {
      const delay = budget.take(performance.now());
      if (delay === 0) {
        return null;
      }
      if (performance.now() + delay > deadline) {
        return rateLimited(delay);
      }
      await pause(delay, signal);
      if (signal?.aborted) {
        return unavailable('The call to Intelligems was stopped while it waited for the rate limit.');
      }
    }
  }

  async #attempt({ method, url, body, budget, signal }: Call): Promise<ApiResponse | ApiSilence> {
    const { token, transport, timeoutMs } = this.#settings;
    const exchange = await transport({
      method,
      url,
      headers: {
        accept: 'application/json',
        'intelligems-access-token': token,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs,
      signal,
    });
    budget.settle(exchange.answered ? exchange : null, performance.now());
    return exchange;
  }

  /** As long as the API asks, and longer while it keeps refusing. */
  #throttledMs(response: ApiResponse, throttled: number): number {
    const { backoffMs, throttledMs } = this.#settings;
    const asked = askedDelay(response);
    const growing = (factor: number): number => Math.min(LONGEST_PAUSE_MS, backoffMs * factor ** throttled);
    return asked === null ? (throttledMs ?? growing(4)) : Math.max(asked, growing(2));
  }
}

function judge(exchange: ApiResponse | ApiSilence, { repeatable, url }: Call): ApiResult<unknown> {
  if (!exchange.answered) {
    return failure(unavailable(exchange.reason));
  }
  const final = finalFailure(exchange, url);
  if (final !== null) {
    return failure(final);
  }
  if (exchange.status >= 400) {
    return failure(unavailable(`Intelligems failed (status ${exchange.status}). Try again later.`));
  }
  try {
    return { ok: true, value: JSON.parse(exchange.text) };
  } catch {
    // An action that got a status of success has most likely taken effect: `act` looks.
    return repeatable ? failure(unreadable()) : { ok: true, value: null };
  }
}

export function failure(reason: ApiFailure): { ok: false; failure: ApiFailure } {
  return { ok: false, failure: reason };
}

/** For an answer that is not in the documented form. */
export function unreadable(): ApiFailure {
  return unavailable(
    'Intelligems gave an answer that is not in the documented form. Check the base URL and the version of the API.',
  );
}

function rateLimited(delay: number): ApiFailure {
  return {
    reason: 'rate limited',
    message: `Intelligems accepts no more requests for ${Math.ceil(delay / 1000)} s (its rate limit). Try again then.`,
    retryAfterMs: delay,
  };
}

/** Resolves after this many milliseconds, or as soon as the signal aborts. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    if (signal?.aborted) {
      finish();
    }
    signal?.addEventListener('abort', finish);
  });
}
