import type { Logger } from 'pino';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import { DEFAULT_THRESHOLDS } from '../../shared/verdict-words.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { OpenAlarm } from '../contract/health.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { ReportSubscribers } from '../contract/report-subscribers.ts';
import type { Source } from '../contract/source.ts';
import { checkHealth } from '../monitoring/health-checks.ts';
import { alarmTitles } from '../monitoring/health-record.ts';
import { reportMilestones } from '../reports/milestones.ts';
import { nextOverviewAt, reportOverview } from '../reports/overview.ts';
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
  /** The deliveries of a report about a running experience. Without it, none is checked. */
  deliveriesOf?(
    source: string,
    experience: ApiExperience,
    topic: 'health' | 'verdict',
  ): Promise<NewDelivery[]>;
  /** Called when an alarm about a running experience begins. */
  onAlarm?(
    source: string,
    experience: ApiExperience,
    alarm: OpenAlarm,
    vendorNow: () => number,
  ): Promise<void>;
  /** Updates what destinations show of an experience. */
  refresh?(source: string, experienceId: string): Promise<void>;
}

/** What one pass over a source's experiences came to. */
export interface SurveyResult extends Findings {
  source: string;
  /** How many experiences Intelligems listed. */
  listed: number;
  /** Nothing that happened before this is looked at: the first pass, milliseconds since 1970. */
  since: number;
}

/** A pass that has got its first answer; all times are by the vendor's clock, milliseconds since 1970. */
interface Begun {
  reconciliation: Reconciliation;
  since: number;
  startedAt: number;
  vendorNow(): number;
}

/**
 * Goes through the experiences of one source: finds what the webhooks missed, and reports milestones and the
 * weekly overview from the same list, so that the vendor's rate limit is spent once.
 */
export class Survey {
  readonly source: Source;
  readonly #settings: SurveySettings;
  readonly #services: SurveyServices;
  readonly #settled = new Map<string, number>();
  readonly #openedAt = performance.now();
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
      const result = await this.#pass(null, signal);
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
    const everyMs = this.#everyMs;
    if (!(await this.#hasWork())) {
      return this.#untilNext(everyMs);
    }
    const checkedAt = await this.#moment('checked');
    const enough = this.#passes === 0 ? Math.min(everyMs, RECENT_MS) : everyMs * 0.9;
    const age = checkedAt === null ? Number.POSITIVE_INFINITY : now() - checkedAt;
    // A pass in the future: this host's clock is behind, so nobody knows when that was.
    if (!this.#pending && age >= 0 && age < enough) {
      this.#passes += 1;
      return this.#untilNext(everyMs - age);
    }
    return this.#afterPass(await this.#pass(checkedAt, signal), signal);
  }

  /** How often a pass is due, milliseconds. */
  get #everyMs(): number {
    const { reconcile, health } = this.#settings;
    return this.#checksHealth ? Math.min(reconcile.everyMs, health.everyMs) : reconcile.everyMs;
  }

  get #checksHealth(): boolean {
    return this.#settings.health.on && this.#services.deliveriesOf !== undefined;
  }

  /** Whether anybody wants what a pass finds: by the settings, or because a Zap subscribed. */
  async #hasWork(): Promise<boolean> {
    const { reconcile, milestones, overview } = this.#settings;
    const { subscribers } = this.#services;
    if (
      reconcile.mode !== 'off' ||
      milestones.to.length > 0 ||
      overview.to.length > 0 ||
      this.#checksHealth
    ) {
      return true;
    }
    const others = [await subscribers?.('milestone'), await subscribers?.('overview')];
    return others.some((wanting) => (wanting ?? []).length > 0);
  }

  /**
   * When the first survey of this source began, by the vendor's clock: this one, if there was none. One that is in the
   * future was remembered by a clock that was ahead.
   */
  async #since(now: number): Promise<number> {
    const known = await this.#moment('since');
    if (known !== null && known <= now) {
      return known;
    }
    const since = now - (known === null ? performance.now() - this.#openedAt : 0);
    await this.#rememberMoment('since', since);
    return since;
  }

  async #pass(checkedAt: number | null, signal: AbortSignal): Promise<SurveyResult> {
    const result: SurveyResult = {
      source: this.source.name,
      listed: 0,
      since: this.#services.now(),
      recovered: [],
      pending: false,
      failure: null,
    };
    const clients = this.#services.clients.get(this.source.name);
    if (clients === undefined) {
      return result;
    }
    const { mode } = this.#settings.reconcile;
    const running: ApiExperience[] = [];
    let begun: Begun | null = null;
    for await (const page of clients.patient.everyPage(mode === 'off' ? { status: 'started' } : {}, signal)) {
      if (!page.ok) {
        return { ...result, ...begun?.reconciliation.findings, failure: page.failure };
      }
      begun ??= await this.#begin(clients, checkedAt, signal);
      result.since = begun.since;
      result.listed += page.value.experiences.length;
      for (const experience of page.value.experiences) {
        await begun.reconciliation.compare(experience);
        if (experience.status === 'started' && !experience.isDeleted) {
          running.push(experience);
        }
      }
    }
    return begun === null ? result : this.#finish(result, begun, running, signal);
  }

  /** After the first answer of a pass, which says what time it is by the vendor's clock. */
  async #begin(clients: Clients, checkedAt: number | null, signal: AbortSignal): Promise<Begun> {
    const { ledger, plan, log, now } = this.#services;
    const { reconcile, storage } = this.#settings;
    const vendorNow = (): number => clients.clock.now ?? now();
    const startedAt = vendorNow();
    const since = await this.#since(startedAt);
    const window = {
      actions: reconcile.mode === 'off' ? [] : webhookActions(reconcile.actions),
      after: Math.max(
        since,
        checkedAt === null || checkedAt > startedAt ? 0 : checkedAt - DAY_MS,
        storage.retentionDays === 0 ? 0 : startedAt - (storage.retentionDays * DAY_MS) / 2,
      ),
      until: startedAt - reconcile.graceMs,
    };
    const reconciliation = new Reconciliation(this.source.name, window, {
      ledger,
      api: clients.patient,
      plan: reconcile.mode === 'deliver' ? plan : () => [],
      log,
      now,
      vendorNow,
      signal,
    });
    return { reconciliation, since, startedAt, vendorNow };
  }

  async #finish(
    result: SurveyResult,
    { reconciliation, since, startedAt, vendorNow }: Begun,
    running: readonly ApiExperience[],
    signal: AbortSignal,
  ): Promise<SurveyResult> {
    await reconciliation.lookForAbsent(this.#settled, since);
    const { findings } = reconciliation;
    const failure = findings.failure ?? (await this.#report(running, { since, vendorNow }, signal));
    if (failure === null) {
      await this.#rememberMoment('checked', startedAt);
    }
    return { ...result, ...findings, failure };
  }

  async #report(
    running: readonly ApiExperience[],
    { since, vendorNow }: Pick<Begun, 'since' | 'vendorNow'>,
    signal: AbortSignal,
  ): Promise<ApiFailure | null> {
    const { ledger, clients, now, subscribers } = this.#services;
    const { name, title } = this.source;
    const { milestones, overview, reports, intelligems } = this.#settings;
    const services = {
      source: name,
      ledger,
      now,
      vendorNow,
      subscribers,
      alarmsOf: async (id: string) => (this.#checksHealth ? alarmTitles(ledger, name, id) : null),
      analytics: async (id: string, charts: readonly string[]) =>
        (clients.get(name) as Clients).patient.analytics(id, { charts }, signal),
    };
    const common = { ...reports, addresses: intelligems.addresses, since };
    return (
      (await reportMilestones(running, { ...milestones, ...common }, services)) ??
      (await reportOverview({ source: name, title, running }, { ...overview, ...common }, services)) ??
      (await this.#checkHealth(running, vendorNow, signal))
    );
  }

  async #checkHealth(
    running: readonly ApiExperience[],
    vendorNow: () => number,
    signal: AbortSignal,
  ): Promise<ApiFailure | null> {
    const { health, reports, intelligems } = this.#settings;
    const { ledger, clients, now, subscribers, deliveriesOf, onAlarm, refresh } = this.#services;
    const { name } = this.source;
    if (!this.#checksHealth || deliveriesOf === undefined) {
      return null;
    }
    const { patient } = clients.get(name) as Clients;
    const { thresholds = DEFAULT_THRESHOLDS, locale } = reports;
    return checkHealth(
      running,
      { ...health, thresholds, locale, addresses: intelligems.addresses },
      {
        source: name,
        ledger,
        analytics: (id, options) => patient.analytics(id, options, signal),
        changeLog: (id) => patient.experience(id, { includeChangeLog: true }, signal),
        deliveriesOf: (experience, topic) => deliveriesOf(name, experience, topic),
        onAlarm: async (experience, alarm) => onAlarm?.(name, experience, alarm, vendorNow),
        refresh: async ({ id }) => refresh?.(name, id),
        now,
        vendorNow,
        subscribers,
      },
    );
  }

  /** Logs what failed, and gives the milliseconds until the next pass. */
  #afterPass({ failure, pending, source, listed, recovered }: SurveyResult, signal: AbortSignal): number {
    const { graceMs } = this.#settings.reconcile;
    const everyMs = this.#everyMs;
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
