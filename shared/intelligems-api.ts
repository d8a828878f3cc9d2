import { type Analytics, readAnalytics } from './intelligems-analytics.ts';
import {
  type ApiExperience,
  type ExperiencePage,
  readApiExperience,
  readExperiencePage,
} from './intelligems-experiences.ts';
import { type ApiFailure, type ApiResult, finalFailure, unavailable } from './intelligems-failure.ts';
import { askedDelay, type RateBudget, type RateBudgets, rateBudgets } from './intelligems-rate.ts';
import {
  type ApiResponse,
  errorCode,
  fetchTransport,
  mayHaveArrived,
  type Transport,
} from './intelligems-transport.ts';

export const DEFAULT_BASE_URL = 'https://api.intelligems.io';
export const DEFAULT_VERSION = 'v25-10-beta';

/** How to reach the External API, and how patient to be. All times are milliseconds. */
export interface IntelligemsSettings {
  /** The access token, sent in the header `intelligems-access-token`. */
  token: string;
  /** Default: {@link DEFAULT_BASE_URL}. */
  baseUrl?: string;
  /** The version segment of every path. Default: {@link DEFAULT_VERSION}. */
  version?: string;
  /** How long one attempt may take. Default: 15,000. */
  timeoutMs?: number;
  /** How often a call is tried where the server fails or cannot be reached. Default: 4. */
  attempts?: number;
  /** How long one call may wait in all for the rate limit and between attempts. Default: 120,000. */
  maxWaitMs?: number;
  /** The pause after the first failed attempt; it doubles with each, and is shortened at random. Default: 500. */
  backoffMs?: number;
  /** How long to wait after a 429 that does not say how long. Default: soon, and longer each time. */
  throttledMs?: number;
  /** Shared with other clients of the same access token, for which the vendor keeps one bucket. Default: its own. */
  budgets?: RateBudgets;
  /** Default: {@link fetchTransport}. */
  transport?: Transport;
}

export interface ListFilter {
  status?: 'pending' | 'started' | 'paused' | 'ended';
  category?: 'experiment' | 'personalization';
  module?: 'content' | 'checkout' | 'postPurchase' | 'pricing' | 'merchandising' | 'shipping';
}

export type LifecycleAction = 'start' | 'pause' | 'end';

/** The calls this project makes. Every one answers with a value or a failure; none rejects. */
export interface IntelligemsApi {
  /** One page of the list, the vendor's order; `page` counts from 1, `limit` is 100 unless told. */
  listExperiences(
    query?: ListFilter & { page?: number; limit?: number },
    signal?: AbortSignal,
  ): Promise<ApiResult<ExperiencePage>>;
  /** All pages one after the other; the first failure ends them. */
  everyPage(filter?: ListFilter, signal?: AbortSignal): AsyncGenerator<ApiResult<ExperiencePage>>;
  /** One experience, its actions with who performed them; with its last 20 changes where asked for. */
  experience(
    id: string,
    options?: { includeChangeLog?: boolean },
    signal?: AbortSignal,
  ): Promise<ApiResult<ApiExperience>>;
  /**
   * Starts, pauses or ends an experience; for an end, `variationId` names the winner. It is sent again only if the
   * first request cannot have had an effect. If that is unknown, the experience is read: with the wanted status the
   * action is done, else the failure is `uncertain`. Gives null if the action succeeded and the experience could not
   * be read afterwards.
   */
  act(
    id: string,
    action: LifecycleAction,
    options?: { variationId?: string; updatePricesToVariation?: boolean },
    signal?: AbortSignal,
  ): Promise<ApiResult<ApiExperience | null>>;
  /** Results as they stand, with the vendor's verdict; `charts` are the vendor's ids of graphs to render. */
  analytics(
    id: string,
    options?: { charts?: readonly string[] },
    signal?: AbortSignal,
  ): Promise<ApiResult<Analytics>>;
}

interface Call {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  /** Repeating it is without harm even if an earlier attempt took effect. */
  repeatable: boolean;
  budget: RateBudget;
  signal?: AbortSignal;
}

/** What an action makes of an experience's status. */
const STATUS_AFTER: Readonly<Record<LifecycleAction, string>> = {
  start: 'started',
  pause: 'paused',
  end: 'ended',
};

/** The longest pause between two attempts: Intelligems refills its buckets every 30 seconds. */
const LONGEST_PAUSE_MS = 30_000;

/** Calls the External API of Intelligems. Throws a TypeError where the base URL is none. */
export function intelligemsApi(settings: IntelligemsSettings): IntelligemsApi {
  const timeoutMs = settings.timeoutMs ?? 15_000;
  const attempts = settings.attempts ?? 4;
  const maxWaitMs = settings.maxWaitMs ?? 120_000;
  const backoffMs = settings.backoffMs ?? 500;
  const transport = settings.transport ?? fetchTransport;
  const base = new URL(settings.baseUrl ?? DEFAULT_BASE_URL);
  const root = `${base.href.replace(/\/+$/, '')}/${settings.version ?? DEFAULT_VERSION}`;
  const budgets = settings.budgets ?? rateBudgets();

  async function attempt(call: Call): Promise<ApiResponse> {
    const limits = [AbortSignal.timeout(timeoutMs), ...(call.signal === undefined ? [] : [call.signal])];
    let response: ApiResponse | null = null;
    try {
      response = await transport({
        method: call.method,
        url: `${root}/${call.path}`,
        headers: {
          accept: 'application/json',
          'intelligems-access-token': settings.token,
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        timeoutMs,
        signal: AbortSignal.any(limits),
      });
      return response;
    } finally {
      call.budget.settle(response);
    }
  }

  async function send(call: Call): Promise<ApiResult<unknown>> {
    const deadline = Date.now() + maxWaitMs;
    let failed = 0;
    let throttled = 0;
    for (;;) {
      const delay = call.budget.take(Date.now());
      if (delay > 0) {
        if (Date.now() + delay > deadline) {
          return failure(rateLimited(delay));
        }
        await pause(delay, call.signal);
        if (call.signal?.aborted) {
          return failure(
            unavailable('The call of Intelligems was given up while it waited for the rate limit.'),
          );
        }
        continue;
      }
      const outcome = await attempt(call).catch((error: unknown) => ({ error }));
      if (!('error' in outcome) && outcome.status === 429) {
        throttled += 1;
        const guess = settings.throttledMs ?? Math.min(LONGEST_PAUSE_MS, backoffMs * 4 ** throttled);
        const blockedMs = Math.max(backoffMs, askedDelay(outcome, Date.now()) ?? guess);
        call.budget.block(Date.now() + blockedMs);
        continue;
      }
      const judged = judge(outcome, call);
      if (judged.ok || judged.failure.reason !== 'unavailable') {
        return judged;
      }
      failed += 1;
      const effectPossible = !('error' in outcome) || mayHaveArrived(outcome.error);
      if (!call.repeatable && effectPossible) {
        return failure(unavailable(judged.failure.message, true));
      }
      const wait = Math.min(LONGEST_PAUSE_MS, backoffMs * 2 ** (failed - 1)) * (0.5 + Math.random() / 2);
      if (failed >= attempts || call.signal?.aborted || Date.now() + wait > deadline) {
        return judged;
      }
      await pause(wait, call.signal);
    }
  }

  function judge(outcome: ApiResponse | { error: unknown }, { repeatable }: Call): ApiResult<unknown> {
    if ('error' in outcome) {
      return failure(unavailable(unreachable(outcome.error, timeoutMs, base)));
    }
    const final = finalFailure(outcome);
    if (final !== null) {
      return failure(final);
    }
    if (outcome.status >= 400) {
      return failure(unavailable(`Intelligems failed (status ${outcome.status}). Try again later.`));
    }
    try {
      return { ok: true, value: JSON.parse(outcome.text) };
    } catch {
      // An action that got a status of success has most likely taken effect: `act` looks.
      return repeatable ? failure(unreadable()) : { ok: true, value: null };
    }
  }

  async function read<Value>(
    call: Omit<Call, 'repeatable'>,
    reader: (value: unknown) => Value | null,
  ): Promise<ApiResult<Value>> {
    const result = await send({ ...call, repeatable: true });
    if (!result.ok) {
      return result;
    }
    const value = reader(result.value);
    return value === null ? failure(unreadable()) : { ok: true, value };
  }

  const api: IntelligemsApi = {
    async listExperiences(query = {}, signal) {
      const search = new URLSearchParams({
        page: String(query.page ?? 1),
        limit: String(query.limit ?? 100),
      });
      for (const name of ['status', 'category', 'module'] as const) {
        if (query[name] !== undefined) {
          search.set(name, query[name]);
        }
      }
      const path = `experiences-list?${search}`;
      const found = await read(
        { method: 'GET', path, budget: budgets.experiences, signal },
        readExperiencePage,
      );
      return found.ok || found.failure.reason !== 'not found' ? found : failure(noSuchAddress(root));
    },

    async *everyPage(filter = {}, signal) {
      for (let page = 1; ; page += 1) {
        const result = await api.listExperiences({ ...filter, page }, signal);
        yield result;
        if (!result.ok || page >= result.value.totalPages || result.value.experiences.length === 0) {
          return;
        }
      }
    },

    experience(id, options = {}, signal) {
      const path = `experiences/${encodeURIComponent(id)}${options.includeChangeLog ? '?includeChangeLog=true' : ''}`;
      return read({ method: 'GET', path, budget: budgets.experiences, signal }, readWrapped);
    },

    async act(id, action, options = {}, signal) {
      const path = `experiences/${encodeURIComponent(id)}/actions/${action}`;
      const call: Call = {
        method: 'POST',
        path,
        body: options,
        repeatable: false,
        budget: budgets.experiences,
        signal,
      };
      const result = await send(call);
      const acted = result.ok ? readWrapped(result.value) : null;
      if (acted !== null) {
        return { ok: true, value: acted };
      }
      if (!result.ok && !(result.failure.reason === 'unavailable' && result.failure.uncertain)) {
        return result;
      }
      const now = await api.experience(id, {}, signal);
      if (now.ok && now.value.status === STATUS_AFTER[action]) {
        return now;
      }
      if (result.ok && !now.ok) {
        return { ok: true, value: null };
      }
      const reason = result.ok ? 'Intelligems gave an unreadable response.' : result.failure.message;
      const found = now.ok ? `it is ${now.value.status ?? 'in an unknown state'}` : 'it could not be read';
      const message = `${reason} Whether the ${action} took effect is unknown: ${found}. Check the experience in Intelligems before you try again.`;
      return failure(unavailable(message, true));
    },

    analytics(id, options = {}, signal) {
      const charts = options.charts ?? [];
      const body = {
        view: 'overview',
        testResult: true,
        ...(charts.length === 0 ? {} : { graphs: { ids: charts, outputFormat: 'png' } }),
      };
      const path = `analytics/resource/${encodeURIComponent(id)}`;
      return read({ method: 'POST', path, body, budget: budgets.analytics, signal }, readAnalytics);
    },
  };
  return api;
}

function readWrapped(value: unknown): ApiExperience | null {
  return readApiExperience((value as { experience?: unknown } | null)?.experience);
}

function failure(reason: ApiFailure): { ok: false; failure: ApiFailure } {
  return { ok: false, failure: reason };
}

function rateLimited(delay: number): ApiFailure {
  return {
    reason: 'rate limited',
    message: `Intelligems takes no more requests for ${Math.ceil(delay / 1000)} s (its rate limit). Try again then.`,
    retryAfterMs: delay,
  };
}

/** Every organization has a list, so that it is the address that is wrong. */
function noSuchAddress(root: string): ApiFailure {
  return {
    reason: 'wrong address',
    message: `Intelligems has no list of experiences at ${root} (status 404). Check the base URL and the version of the API.`,
  };
}

function unreadable(): ApiFailure {
  return unavailable(
    'Intelligems gave an answer that is not in the documented form. Check the base URL and the version of the API.',
  );
}

function unreachable(error: unknown, timeoutMs: number, base: URL): string {
  const code = errorCode(error);
  return code === 'TimeoutError'
    ? `Intelligems did not answer within ${timeoutMs / 1000} s.`
    : `Intelligems could not be reached at ${base.host} (${code}).`;
}

/** Resolves after so many milliseconds, or as soon as the signal aborts. */
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
