import type { Logger } from 'pino';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { ReportSubscribers } from '../contract/report-subscribers.ts';
import type { Source } from '../contract/source.ts';
import { tellMilestones } from '../reports/milestones.ts';
import { nextOverviewAt, tellOverview } from '../reports/overview.ts';
import type { Clients } from './clients.ts';
import { type Findings, RECONCILIATION, Reconciliation, webhookActions } from './reconciliation.ts';
import type { SurveySettings } from './settings.ts';

const DAY_MS = 24 * 3_600_000;
/** A pass that ended so recently, of whatever process, need not be repeated at start, milliseconds. */
const RECENT_MS = 60_000;
/** The next pass after one that failed comes at the latest after this, milliseconds. */
const AFTER_FAILURE_MS = 5 * 60_000;
/** How long after an action became old enough it is looked for again, milliseconds. */
const MARGIN_MS = 100;

export interface SurveyServices {
  ledger: Ledger;
  clients: ReadonlyMap<string, Clients>;
  plan: Plan;
  log: Logger;
  now(): number;
  /** Who else wants reports; default: nobody. */
  subscribers?: ReportSubscribers;
}

/** What one pass over a source's experiences came to. */
export interface SurveyResult extends Findings {
  source: string;
  /** How many experiences Intelligems listed. */
  listed: number;
  /** Nothing that happened before this is looked at: the first pass, milliseconds since 1970. */
  since: number;
}

/**
 * Goes through the experiences of one source: finds what the webhooks missed, and tells milestones and the
 * weekly overview from the same list, so that the vendor's rate limit is spent once.
 */
export class Survey {
  readonly source: Source;
  readonly #settings: SurveySettings;
  readonly #services: SurveyServices;
  readonly #settled = new Map<string, number>();
  #passes = 0;
  #underWay: Promise<unknown> = Promise.resolve();
  #pending = false;

  constructor(source: Source, settings: SurveySettings, services: SurveyServices) {
    this.source = source;
    this.#settings = settings;
    this.#services = services;
  }

  /** A pass where one is due; gives the milliseconds until the next. */
  round(signal: AbortSignal): Promise<number> {
    return this.#oneAtATime(() => this.#roundWhereDue(signal));
  }

  /** A pass over everything since the first, whenever the last one was. */
  whole(signal: AbortSignal): Promise<SurveyResult> {
    return this.#oneAtATime(async () => {
      const result = await this.#pass(await this.since(), null, signal);
      this.#afterPass(result, signal);
      return result;
    });
  }

  #oneAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#underWay.then(work);
    this.#underWay = result.catch(() => {});
    return result;
  }

  async #roundWhereDue(signal: AbortSignal): Promise<number> {
    const { now } = this.#services;
    const { everyMs } = this.#settings.reconcile;
    const since = await this.since();
    if (!(await this.#hasWork())) {
      return this.#untilNext(everyMs);
    }
    const checkedAt = await this.#moment('checked');
    const enough = this.#passes === 0 ? Math.min(everyMs, RECENT_MS) : everyMs * 0.9;
    if (checkedAt !== null && !this.#pending && now() - checkedAt < enough) {
      this.#passes += 1;
      return this.#untilNext(checkedAt + everyMs - now());
    }
    return this.#afterPass(await this.#pass(since, checkedAt, signal), signal);
  }

  /** Whether anybody wants what a pass finds: by the settings, or because a Zap subscribed. */
  async #hasWork(): Promise<boolean> {
    const { reconcile, milestones, overview } = this.#settings;
    const { subscribers } = this.#services;
    if (reconcile.mode !== 'off' || milestones.to.length > 0 || overview.to.length > 0) {
      return true;
    }
    const others = [await subscribers?.('milestone'), await subscribers?.('overview')];
    return others.some((wanting) => (wanting ?? []).length > 0);
  }

  /** The moment of the very first pass, milliseconds since 1970: now, where there was none. */
  async since(): Promise<number> {
    const known = await this.#moment('since');
    if (known !== null) {
      return known;
    }
    const since = this.#services.now();
    await this.#rememberMoment('since', since);
    return since;
  }

  async #pass(since: number, checkedAt: number | null, signal: AbortSignal): Promise<SurveyResult> {
    const { ledger, clients, plan, log, now } = this.#services;
    const { reconcile, storage } = this.#settings;
    const { name } = this.source;
    const result: SurveyResult = {
      source: name,
      listed: 0,
      since,
      recovered: [],
      pending: false,
      failure: null,
    };
    const api = clients.get(name)?.patient;
    if (api === undefined) {
      return result;
    }
    const startedAt = now();
    const window = {
      actions: reconcile.mode === 'off' ? [] : webhookActions(reconcile.actions),
      after: Math.max(
        since,
        checkedAt === null ? 0 : checkedAt - DAY_MS,
        storage.retentionDays === 0 ? 0 : startedAt - (storage.retentionDays * DAY_MS) / 2,
      ),
      until: startedAt - reconcile.graceMs,
    };
    const goesWhere: Plan = reconcile.mode === 'deliver' ? plan : () => [];
    const reconciliation = new Reconciliation(name, window, {
      ledger,
      api,
      plan: goesWhere,
      log,
      now,
      signal,
    });
    const running: ApiExperience[] = [];
    for await (const page of api.everyPage(reconcile.mode === 'off' ? { status: 'started' } : {}, signal)) {
      if (!page.ok) {
        return { ...result, ...reconciliation.findings, failure: page.failure };
      }
      result.listed += page.value.experiences.length;
      for (const experience of page.value.experiences) {
        await reconciliation.compare(experience);
        if (experience.status === 'started' && !experience.isDeleted) {
          running.push(experience);
        }
      }
    }
    await reconciliation.lookForAbsent(this.#settled, since);
    const failure = reconciliation.findings.failure ?? (await this.#tell(running, since, signal));
    if (failure === null) {
      await this.#rememberMoment('checked', startedAt);
    }
    return { ...result, ...reconciliation.findings, failure };
  }

  async #tell(
    running: readonly ApiExperience[],
    since: number,
    signal: AbortSignal,
  ): Promise<ApiFailure | null> {
    const { ledger, clients, now, subscribers } = this.#services;
    const { name, title } = this.source;
    const { milestones, overview, reports, intelligems } = this.#settings;
    const services = {
      source: name,
      ledger,
      now,
      subscribers,
      analytics: async (id: string, charts: readonly string[]) =>
        (clients.get(name) as Clients).patient.analytics(id, { charts }, signal),
    };
    const common = { ...reports, addresses: intelligems.addresses, since };
    return (
      (await tellMilestones(running, { ...milestones, ...common }, services)) ??
      (await tellOverview({ source: name, title, running }, { ...overview, ...common }, services))
    );
  }

  /** Logs what failed, and gives the milliseconds until the next pass. */
  #afterPass({ failure, pending, source, listed, recovered }: SurveyResult, signal: AbortSignal): number {
    const { everyMs, graceMs } = this.#settings.reconcile;
    const { log } = this.#services;
    this.#passes += 1;
    this.#pending = pending || failure !== null;
    if (failure !== null && signal.aborted) {
      return everyMs;
    }
    if (failure !== null) {
      log.warn({ source, reason: failure.message }, 'Intelligems could not be compared with the ledger');
      const asked = failure.reason === 'rate limited' ? failure.retryAfterMs : AFTER_FAILURE_MS;
      return Math.min(everyMs, Math.max(asked, MARGIN_MS));
    }
    log.debug({ source, experiences: listed, recovered: recovered.length }, 'compared with Intelligems');
    return this.#untilNext(pending ? Math.min(everyMs, graceMs + MARGIN_MS) : everyMs);
  }

  #untilNext(ms: number): number {
    const { overview } = this.#settings;
    const { now, subscribers } = this.#services;
    const isWanted = overview.to.length > 0 || subscribers !== undefined;
    return isWanted ? Math.min(ms, nextOverviewAt(overview, now()) - now()) : ms;
  }

  async #moment(what: 'since' | 'checked'): Promise<number | null> {
    const fact = await this.#services.ledger.recall(RECONCILIATION, `${what}:${this.source.name}`);
    return fact === null ? null : Number(fact);
  }

  #rememberMoment(what: 'since' | 'checked', at: number): Promise<void> {
    return this.#services.ledger.remember(RECONCILIATION, { [`${what}:${this.source.name}`]: String(at) });
  }
}
