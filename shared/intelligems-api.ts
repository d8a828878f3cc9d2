import { type Analytics, readAnalytics } from './intelligems-analytics.ts';
import { type Call, Caller, type CallSettings, failure, unreadable } from './intelligems-call.ts';
import {
  type ApiExperience,
  type ExperiencePage,
  readApiExperience,
  readExperiencePage,
} from './intelligems-experiences.ts';
import { type ApiFailure, type ApiResult, unavailable } from './intelligems-failure.ts';
import { type LifecycleAction, STATUS_AFTER } from './intelligems-lifecycle.ts';
import { type RateBudgets, rateBudgets } from './intelligems-rate.ts';

const DEFAULT_BASE_URL = 'https://api.intelligems.io';
const DEFAULT_VERSION = 'v25-10-beta';

/** How to reach the External API, and how patient to be. */
export interface IntelligemsSettings extends CallSettings {
  /** Default: {@link DEFAULT_BASE_URL}. */
  baseUrl?: string;
  /** The version segment of every path. Default: {@link DEFAULT_VERSION}. */
  version?: string;
  /** Shared with other clients of the same access token, for which the API has one bucket. Default: its own. */
  budgets?: RateBudgets;
}

export interface ListFilter {
  status?: 'pending' | 'started' | 'paused' | 'ended';
  category?: 'experiment' | 'personalization';
  module?: 'content' | 'checkout' | 'postPurchase' | 'pricing' | 'merchandising' | 'shipping';
}

/** The calls this project makes. Every one answers with a value or a failure; none rejects. */
export interface IntelligemsApi {
  /** One page of the list, the vendor's order; `page` counts from 1, `limit` is 100 by default. */
  listExperiences(
    query?: ListFilter & { page?: number; limit?: number },
    signal?: AbortSignal,
  ): Promise<ApiResult<ExperiencePage>>;
  /** All pages one after the other; the first failure ends them. */
  everyPage(filter?: ListFilter, signal?: AbortSignal): AsyncGenerator<ApiResult<ExperiencePage>>;
  /** One experience, its actions with who performed them; with its last 20 changes if requested. */
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
  /**
   * Current results, with the vendor's verdict; `charts` are the vendor's ids of graphs to render, and `startTs`
   * (seconds since 1970) leaves out what was measured before.
   */
  analytics(
    id: string,
    options?: { charts?: readonly string[]; startTs?: number },
    signal?: AbortSignal,
  ): Promise<ApiResult<Analytics>>;
}

type PathCall = Omit<Call, 'url'> & { path: string };

/** Calls the External API of Intelligems. Throws a TypeError if the base URL is not a URL. */
export function intelligemsApi(settings: IntelligemsSettings): IntelligemsApi {
  const requests = new Requests(settings);
  const { budgets } = requests;

  const api: IntelligemsApi = {
    async listExperiences(query = {}, signal) {
      const path = `experiences-list?${listQuery(query)}`;
      const found = await requests.read(
        { method: 'GET', path, budget: budgets.experiences, signal },
        readExperiencePage,
      );
      return found.ok || found.failure.reason !== 'not found' ? found : failure(noSuchAddress(requests.root));
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
      return requests.read({ method: 'GET', path, budget: budgets.experiences, signal }, readWrapped);
    },

    async act(id, action, options = {}, signal) {
      const path = `experiences/${encodeURIComponent(id)}/actions/${action}`;
      const result = await requests.send({
        method: 'POST',
        path,
        body: options,
        repeatable: false,
        budget: budgets.experiences,
        signal,
      });
      return afterAction(action, result, () => api.experience(id, {}, signal));
    },

    analytics(id, options = {}, signal) {
      const charts = options.charts ?? [];
      const body = {
        view: 'overview',
        testResult: true,
        ...(options.startTs === undefined ? {} : { startTs: String(options.startTs) }),
        ...(charts.length === 0 ? {} : { graphs: { ids: charts, outputFormat: 'png' } }),
      };
      const path = `analytics/resource/${encodeURIComponent(id)}`;
      return requests.read({ method: 'POST', path, body, budget: budgets.analytics, signal }, readAnalytics);
    },
  };
  return api;
}

/** Requests to one version of the API, with one access token. */
class Requests {
  /** What every path begins with. */
  readonly root: string;
  readonly budgets: RateBudgets;
  readonly #caller: Caller;

  constructor(settings: IntelligemsSettings) {
    const base = new URL(settings.baseUrl ?? DEFAULT_BASE_URL);
    this.root = `${base.href.replace(/\/+$/, '')}/${settings.version ?? DEFAULT_VERSION}`;
    this.budgets = settings.budgets ?? rateBudgets();
    this.#caller = new Caller(settings);
  }

  send({ path, ...call }: PathCall): Promise<ApiResult<unknown>> {
    return this.#caller.call({ ...call, url: `${this.root}/${path}` });
  }

  /** Sends a request without effect and reads its answer; `reader` gives null if the answer is not valid. */
  async read<Value>(
    call: Omit<PathCall, 'repeatable'>,
    reader: (value: unknown) => Value | null,
  ): Promise<ApiResult<Value>> {
    const result = await this.send({ ...call, repeatable: true });
    if (!result.ok) {
      return result;
    }
    const value = reader(result.value);
    return value === null ? failure(unreadable()) : { ok: true, value };
  }
}

function listQuery(query: ListFilter & { page?: number; limit?: number }): URLSearchParams {
  const search = new URLSearchParams({ page: String(query.page ?? 1), limit: String(query.limit ?? 100) });
  for (const name of ['status', 'category', 'module'] as const) {
    if (query[name] !== undefined) {
      search.set(name, query[name]);
    }
  }
  return search;
}

/** What became of an action: of its answer, or else of the experience as it is now. */
async function afterAction(
  action: LifecycleAction,
  result: ApiResult<unknown>,
  read: () => Promise<ApiResult<ApiExperience>>,
): Promise<ApiResult<ApiExperience | null>> {
  const acted = result.ok ? readWrapped(result.value) : null;
  if (acted !== null) {
    return { ok: true, value: acted };
  }
  if (!result.ok && !(result.failure.reason === 'unavailable' && result.failure.uncertain)) {
    return result;
  }
  const now = await read();
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
}

function readWrapped(value: unknown): ApiExperience | null {
  return readApiExperience((value as { experience?: unknown } | null)?.experience);
}

/** Every organization has a list, so that it is the address that is wrong. */
function noSuchAddress(root: string): ApiFailure {
  return {
    reason: 'wrong address',
    message: `Intelligems has no list of experiences at ${root} (status 404). Check the base URL and the version of the API.`,
  };
}
