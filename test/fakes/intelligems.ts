import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closed, listening } from '../fixtures/listening.ts';
import { answerFault, FaultPlan } from './faults.ts';
import { analyticsDocument } from './intelligems-analytics.ts';
import {
  type FakeExperience,
  type FakeOrganization,
  type FakeResults,
  fullDocument,
  type LifeAction,
  listItem,
  twoVariations,
  webhookBody,
} from './intelligems-documents.ts';

export type { FakeExperience, FakeResults, LifeAction } from './intelligems-documents.ts';

export interface FakeOptions {
  token?: string;
  version?: string;
  organization?: FakeOrganization;
  /** The clock of what happens to experiences, milliseconds since 1970. */
  now?: () => number;
  /** The clock of its answers and its rate limit, which runs; milliseconds since 1970. Default: this host's. */
  clock?: () => number;
  /** How old an action must be before its page names who performed it. Default: 0. */
  resolvesAfterMs?: number;
  /** The token buckets, one for experiences and one for analytics; by default the vendor's figures. */
  rate?: { size: number; refill: number; everyMs: number };
  /**
   * What is left of a deleted experience (the vendor says only that it is “hidden from default listings”): it
   * is in the list, can be requested by its ID, or is unknown. Default: listed.
   */
  deleted?: 'listed' | 'hidden' | 'gone';
}

/** A webhook that Intelligems would send for something that happened in the fake. */
export interface FakeWebhook {
  action: string;
  experienceId: string;
  timestamp: number;
  body: string;
}

export interface SeenRequest {
  method: string;
  /** With the query. */
  path: string;
  body: string;
  status: number | null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const ALLOWED_FROM: Readonly<Record<LifeAction, readonly string[]>> = {
  start: ['pending', 'paused'],
  pause: ['started'],
  end: ['started', 'paused'],
  delete: ['pending', 'started', 'paused', 'ended'],
};

const QUERY_VALUES: Readonly<Record<string, readonly string[]>> = {
  status: ['pending', 'started', 'ended', 'paused'],
  category: ['experiment', 'personalization'],
  module: ['content', 'checkout', 'postPurchase', 'pricing', 'merchandising', 'shipping'],
};

const MODULES: Readonly<Record<string, (type: string) => boolean>> = {
  content: (type) => type.startsWith('content/') || type === 'sitewide',
  checkout: (type) => type === 'checkoutBlock',
  postPurchase: (type) => type === 'postPurchase',
  pricing: (type) => type === 'pricing',
  merchandising: (type) => type === 'personalization/offer' || type === 'onsiteUpsell',
  shipping: (type) => type === 'shipping',
};

const GRAPHS = ['conversion_rate', 'net_revenue_per_visitor', 'net_revenue_per_order', 'profit_per_visitor'];

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
);

interface Answer {
  status: number;
  document: unknown;
}

/**
 * An Intelligems of our own over real HTTP: experiences that people and the API start, pause, end and
 * delete; its four operations; its rate limit; and the webhooks that it would send, for a test to deliver
 * or to lose.
 */
export class FakeIntelligems {
  readonly token: string;
  readonly organization: FakeOrganization;
  readonly faults = new FaultPlan();
  /** Every request in the order of arrival. */
  readonly requests: SeenRequest[] = [];
  /** Every webhook that what happened would have caused, oldest first. */
  readonly webhooks: FakeWebhook[] = [];
  readonly #options: FakeOptions;
  readonly #clock: () => number;
  readonly #experiences = new Map<string, FakeExperience>();
  readonly #buckets: Record<'experiences' | 'analytics', Bucket>;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.token = options.token ?? 'fake-intelligems-token';
    this.organization = options.organization ?? {
      id: '2f4b8c1d-6a7e-4d59-8b30-91c2e5f7a014',
      name: 'Alpine Goods',
      shopId: 'alpine-goods.myshopify.com',
    };
    const rate = options.rate ?? { size: 50, refill: 25, everyMs: 30_000 };
    this.#clock = options.clock ?? Date.now;
    this.#buckets = { experiences: new Bucket(rate, this.#clock), analytics: new Bucket(rate, this.#clock) };
  }

  async start(): Promise<this> {
    await listening(this.#server);
    return this;
  }

  /** The base URL, without the version segment. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await closed(this.#server);
  }

  /** A person creates an experience. Gives it as kept; `by` is an email address. */
  create(
    fields: Partial<FakeExperience> = {},
    by: string | null = 'maya@alpine-goods.example',
  ): FakeExperience {
    const now = this.#now();
    const variations = fields.variations ?? twoVariations();
    const kept: FakeExperience = {
      id: randomUUID(),
      name: `Experience ${this.#experiences.size + 1}`,
      type: 'content/onsiteEdits',
      category: 'experiment',
      status: 'pending',
      currency: 'USD',
      createdAtTs: now,
      startedAtTs: null,
      pausedAtTs: null,
      endedAtTs: null,
      archivedAtTs: null,
      lastUpdateTs: now,
      isDeleted: false,
      isPreview: true,
      document: {},
      actions: [],
      history: [{ id: randomUUID(), action: 'saveExperience', email: by, at: now }],
      changes: [],
      results: {
        verdict: 'not_ready',
        runtimeDays: 0,
        measured: variations.map(() => ({ visitors: 0, orders: 0, revenue: 0, profit: null })),
        monthlyRevenueIncrease: null,
      },
      earlier: [],
      ...fields,
      variations,
    };
    this.#experiences.set(kept.id, kept);
    this.#record('createExperience', kept, now);
    return kept;
  }

  /** A person starts, pauses, ends or deletes an experience. Throws if its state does not allow it. */
  act(id: string, action: LifeAction, by: string | null = 'maya@alpine-goods.example'): FakeExperience {
    const kept = this.experience(id);
    if (kept.isDeleted || !ALLOWED_FROM[action].includes(kept.status)) {
      throw new Error(`Cannot ${action} an experience that is ${kept.isDeleted ? 'deleted' : kept.status}`);
    }
    const now = this.#now();
    const name = `${action}Experience`;
    kept.actions.push({ id: randomUUID(), action, actionTs: now, performedBy: by });
    kept.history.push({ id: randomUUID(), action: name, email: by, at: now });
    kept.lastUpdateTs = now;
    if (action === 'start') {
      const startedAtTs = kept.startedAtTs ?? now;
      Object.assign(kept, { status: 'started', startedAtTs, pausedAtTs: null, isPreview: false });
    } else if (action === 'pause') {
      Object.assign(kept, { status: 'paused', pausedAtTs: now, isPreview: true });
    } else if (action === 'end') {
      Object.assign(kept, { status: 'ended', endedAtTs: now, pausedAtTs: null, isPreview: true });
    } else {
      kept.isDeleted = true;
    }
    this.#record(name, kept, now);
    return kept;
  }

  /** A person changes an experience's settings. */
  update(
    id: string,
    fields: Partial<Pick<FakeExperience, 'name' | 'variations' | 'currency' | 'document'>>,
    by: string | null = 'maya@alpine-goods.example',
  ): FakeExperience {
    const kept = this.experience(id);
    const now = this.#now();
    const { document = {}, ...own } = fields;
    const updated: Record<string, unknown> = { ...own, ...document };
    const changedFields = Object.keys(updated);
    const previous = Object.fromEntries(
      changedFields.map((name) => [name, kept.document[name] ?? kept[name as keyof FakeExperience] ?? null]),
    );
    kept.changes.push({ actionTs: now, performedBy: by, changedFields, previous, updated });
    Object.assign(kept, own, { document: { ...kept.document, ...document }, lastUpdateTs: now });
    kept.history.push({ id: randomUUID(), action: 'saveExperience', email: by, at: now });
    this.#record('updateExperience', kept, now);
    return kept;
  }

  /** A person archives an experience: it is no longer listed, and no webhook reports it. */
  archive(id: string): void {
    const kept = this.experience(id);
    const now = this.#now();
    Object.assign(kept, { archivedAtTs: now, lastUpdateTs: now });
    kept.history.push({ id: randomUUID(), action: 'archiveExperience', email: null, at: now });
  }

  /** What has been measured of an experience so far. */
  measure(id: string, results: Partial<FakeResults>): void {
    const { earlier, results: current } = this.experience(id);
    Object.assign(current, results);
    earlier.push({ at: this.#now(), measured: current.measured });
  }

  /** An experience as kept, deleted or not. */
  experience(id: string): FakeExperience {
    const kept = this.#experiences.get(id);
    if (kept === undefined) {
      throw new Error(`The fake has no experience ${id}`);
    }
    return kept;
  }

  get #deleted(): 'listed' | 'hidden' | 'gone' {
    return this.#options.deleted ?? 'listed';
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #record(action: string, kept: FakeExperience, timestamp: number): void {
    const body = webhookBody(action, timestamp, kept, this.organization);
    this.webhooks.push({ action, experienceId: kept.id, timestamp, body });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const body = Buffer.concat(chunks).toString();
    const seen: SeenRequest = { method: request.method ?? '', path: request.url ?? '', body, status: null };
    this.requests.push(seen);
    const url = new URL(seen.path, 'http://fake');
    if (url.pathname.startsWith('/charts/')) {
      response.writeHead(200, { 'content-type': 'image/png' }).end(PIXEL);
      return;
    }
    const fault = this.faults.next(request);
    if (fault !== null) {
      if (fault.after) {
        this.#answer(request, url, body);
      }
      seen.status = fault.kind === 'status' ? fault.status : null;
      answerFault(fault, response);
      return;
    }
    const bucket = this.#buckets[url.pathname.includes('/analytics/') ? 'analytics' : 'experiences'];
    const { status, document } = bucket.take()
      ? this.#answer(request, url, body)
      : { status: 429, document: { error: 'Too Many Requests' } };
    seen.status = status;
    response.writeHead(status, {
      'content-type': 'application/json',
      date: new Date(this.#clock()).toUTCString(),
      ...(status < 300 ? bucket.headers() : {}),
    });
    response.end(JSON.stringify(document));
  }

  #answer(request: IncomingMessage, url: URL, body: string): Answer {
    if (request.headers['intelligems-access-token'] !== this.token) {
      return { status: 401, document: { error: 'Unauthorized' } };
    }
    const [version, ...path] = url.pathname.slice(1).split('/');
    const route = `${request.method} ${path.map((part, at) => (isId(path, at) ? ':id' : part)).join('/')}`;
    if (version !== (this.#options.version ?? 'v25-10-beta')) {
      return { status: 404, document: { error: 'Not Found' } };
    }
    if (route === 'GET experiences-list') {
      return this.#list(url.searchParams);
    }
    const id = path[path.indexOf('experiences') + 1 || path.indexOf('resource') + 1] ?? '';
    if (!UUID.test(id)) {
      return invalid('experienceId', 'Invalid UUID');
    }
    const kept = this.#experiences.get(id);
    if (kept === undefined || (kept.isDeleted && this.#deleted === 'gone')) {
      return { status: 404, document: { error: 'Experience not found' } };
    }
    if (route === 'GET experiences/:id') {
      const withChanges = url.searchParams.get('includeChangeLog') === 'true';
      return { status: 200, document: { experience: this.#full(kept, withChanges) } };
    }
    const asked = parsed(body);
    if (asked === null) {
      return { status: 400, document: { errors: ['Invalid JSON'], properties: {} } };
    }
    const lifecycle = /^POST experiences\/:id\/actions\/(start|pause|end)$/.exec(route)?.[1];
    if (lifecycle !== undefined) {
      return this.#lifecycle(kept, lifecycle as LifeAction, asked);
    }
    return route === 'POST analytics/resource/:id'
      ? this.#analytics(kept, asked)
      : { status: 404, document: { error: 'Not Found' } };
  }

  #full(kept: FakeExperience, withChanges: boolean): Record<string, unknown> {
    const resolvesAfterMs = this.#options.resolvesAfterMs ?? 0;
    return fullDocument(kept, this.organization, { now: this.#now(), resolvesAfterMs, withChanges });
  }

  #list(query: URLSearchParams): Answer {
    for (const [name, values] of Object.entries(QUERY_VALUES)) {
      const value = query.get(name);
      if (value !== null && !values.includes(value)) {
        return invalid(
          name,
          `Invalid option: expected one of ${values.map((each) => `"${each}"`).join('|')}`,
        );
      }
    }
    const page = Number(query.get('page') ?? 1);
    const limit = Number(query.get('limit') ?? 20);
    for (const [name, value] of Object.entries({ page, limit })) {
      if (!Number.isInteger(value) || value < 1) {
        return invalid(name, 'Too small: expected number to be >=1');
      }
    }
    const wanted = [...this.#experiences.values()]
      .filter((kept) => !kept.isDeleted || this.#deleted === 'listed')
      .filter((kept) => kept.archivedAtTs === null)
      .filter((kept) => (query.get('status') ?? kept.status) === kept.status)
      .filter((kept) => (query.get('category') ?? kept.category) === kept.category)
      .filter((kept) => MODULES[query.get('module') ?? '']?.(kept.type) ?? true)
      .sort((one, other) => other.createdAtTs - one.createdAtTs);
    return {
      status: 200,
      document: {
        experiencesList: wanted
          .slice((page - 1) * limit, page * limit)
          .map((kept) => listItem(kept, this.organization)),
        page,
        limit,
        total: wanted.length,
        totalPages: Math.ceil(wanted.length / limit),
      },
    };
  }

  #lifecycle(kept: FakeExperience, action: LifeAction, asked: Record<string, unknown>): Answer {
    const { variationId } = asked;
    if (
      variationId !== undefined &&
      variationId !== null &&
      !kept.variations.some(({ id }) => id === variationId)
    ) {
      return invalid('variationId', 'No variation of this experience has this id');
    }
    try {
      this.act(kept.id, action, null);
    } catch (error) {
      return { status: 400, document: { errors: [(error as Error).message], properties: {} } };
    }
    return { status: 200, document: { experience: this.#full(kept, false) } };
  }

  #analytics(kept: FakeExperience, asked: Record<string, unknown>): Answer {
    if (!['overview', 'audience', 'post_test'].includes(String(asked.view ?? 'overview'))) {
      return invalid('view', 'Invalid option: expected one of "overview"|"audience"|"post_test"');
    }
    if (asked.view === 'audience' && asked.audience === undefined) {
      return invalid('audience', 'audience is required when view is "audience"');
    }
    for (const field of ['startTs', 'endTs']) {
      if (
        asked[field] !== undefined &&
        !(typeof asked[field] === 'string' && /^\d{10}$/.test(asked[field]))
      ) {
        return invalid(field, 'Invalid input: expected a 10-digit Unix timestamp in seconds as a string');
      }
    }
    const charts = (asked.graphs as { ids?: string[] } | undefined)?.ids ?? [];
    if (charts.some((id) => !GRAPHS.includes(id))) {
      return {
        status: 400,
        document: {
          errors: [],
          properties: { graphs: { errors: [], properties: { ids: { errors: ['Invalid option'] } } } },
        },
      };
    }
    const chartUrl = `${this.url}/charts`;
    const withVerdict = asked.testResult === true;
    return {
      status: 200,
      document: analyticsDocument(kept, {
        now: this.#now(),
        chartUrl,
        charts,
        withVerdict,
        startMs: asked.startTs === undefined ? null : Number(asked.startTs) * 1000,
      }),
    };
  }
}

/** Starts a fake Intelligems on a free port. */
export function startFakeIntelligems(options: FakeOptions = {}): Promise<FakeIntelligems> {
  return new FakeIntelligems(options).start();
}

/** A token bucket that is refilled in steps, by the real clock. */
class Bucket {
  readonly #rate: { size: number; refill: number; everyMs: number };
  #left: number;
  readonly #clock: () => number;
  #refilledAt: number;

  constructor(rate: { size: number; refill: number; everyMs: number }, clock: () => number) {
    this.#rate = rate;
    this.#left = rate.size;
    this.#clock = clock;
    this.#refilledAt = clock();
  }

  take(): boolean {
    const steps = Math.floor((this.#clock() - this.#refilledAt) / this.#rate.everyMs);
    this.#refilledAt += steps * this.#rate.everyMs;
    this.#left = Math.min(this.#rate.size, this.#left + steps * this.#rate.refill);
    if (this.#left < 1) {
      return false;
    }
    this.#left -= 1;
    return true;
  }

  headers(): Record<string, string> {
    return {
      'x-ratelimit-limit': String(this.#rate.size),
      'x-ratelimit-remaining': String(this.#left),
      'x-ratelimit-reset': String(Math.round(this.#refilledAt + this.#rate.everyMs)),
    };
  }
}

function isId(path: readonly string[], at: number): boolean {
  return at === 1 && path[0] === 'experiences' ? true : at === 2 && path[0] === 'analytics';
}

function parsed(body: string): Record<string, unknown> | null {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    return null;
  }
}

/** A validation error in the vendor's form. */
function invalid(field: string, message: string): Answer {
  return { status: 400, document: { errors: [], properties: { [field]: { errors: [message] } } } };
}
