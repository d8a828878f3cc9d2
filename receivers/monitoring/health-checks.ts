import type { ExperienceAddresses } from '../../shared/experience-link.ts';
import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure, ApiResult } from '../../shared/intelligems-failure.ts';
import type { Thresholds } from '../../shared/verdict-words.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { Results } from '../contract/experience.ts';
import type { HealthRecord, OpenAlarm } from '../contract/health.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Report } from '../contract/message.ts';
import type { ReportSubscribers } from '../contract/report-subscribers.ts';
import { keyPart, reportEvent } from '../delivery/report.ts';
import { figuresIn } from '../experience/figures.ts';
import { readResults } from '../experience/results.ts';
import { inTurn, orNone } from '../reports/asking.ts';
import { liveTime, subjectOf } from '../reports/milestones.ts';
import type { Subject } from '../reports/results.ts';
import { findingsOf } from './checks.ts';
import { HEALTH, keepHealth, keptHealth, withPoint } from './health-record.ts';
import { healthReport, verdictReport } from './health-report.ts';
import type { HealthLimits } from './limits.ts';
import { mutedChecks } from './mute.ts';
import type { Observation } from './observation.ts';
import { healthData, verdictData } from './report-data.ts';
import { checkedVariations, haveSameShares, sharesChangedAt } from './shares.ts';
import { followVerdict, reliableVerdict, type VerdictNews } from './verdict.ts';
import { type AlarmNews, followAlarms } from './watch.ts';

/** A check is due again after this share of the interval: rounds are never exactly as far apart as that. */
const DUE_SHARE = 0.9;

export interface HealthSettings {
  /** How often each running experience is checked, milliseconds. */
  everyMs: number;
  limits: HealthLimits;
  /** Whether changes of the verdict are reported. */
  verdicts: boolean;
  thresholds: Thresholds;
  locale: string;
  addresses: ExperienceAddresses;
}

export interface HealthServices {
  /** Name of the source whose experiences these are. */
  source: string;
  ledger: Pick<Ledger, 'accept' | 'recall' | 'remember'>;
  /** The results so far; since `startTs` (seconds since 1970) if that is given. */
  analytics(experienceId: string, options: { startTs?: number }): Promise<ApiResult<Analytics>>;
  /** One experience with its change log. */
  changeLog(experienceId: string): Promise<ApiResult<ApiExperience>>;
  /** Updates what destinations show of an experience, after its alarms changed. */
  refresh(experience: ApiExperience): Promise<void>;
  /** The deliveries of a report about an experience. */
  deliveriesOf(experience: ApiExperience, topic: 'health' | 'verdict'): Promise<NewDelivery[]>;
  /** Called once an alarm that begins is reported; perhaps again after a crash. */
  onAlarm?(experience: ApiExperience, alarm: OpenAlarm): Promise<void>;
  now(): number;
  /** The same by the vendor's clock, which made the times of what it records. */
  vendorNow(): number;
  /** Who else wants reports; default: nobody. */
  subscribers?: ReportSubscribers;
}

/**
 * Checks each running experience that is due, and reports what began or is over. What a check finds is kept before the
 * next experience is checked, so that a pass that ends early goes on where it stopped. Gives the failure that delayed
 * a check.
 */
export async function checkHealth(
  running: readonly ApiExperience[],
  settings: HealthSettings,
  services: HealthServices,
): Promise<ApiFailure | null> {
  const since = await monitoredSince(services);
  return inTurn(running, (experience) => new HealthCheck(experience, settings, services).make(since));
}

/** When the experiences of a source were checked first, by the vendor's clock: now, if they were not. */
async function monitoredSince({ source, ledger, vendorNow }: HealthServices): Promise<number> {
  const known = await ledger.recall(HEALTH, `since:${source}`);
  if (known !== null) {
    return Number(known);
  }
  const since = vendorNow();
  await ledger.remember(HEALTH, { [`since:${source}`]: String(since) });
  return since;
}

/** One check of one experience. */
class HealthCheck {
  readonly #experience: ApiExperience;
  readonly #settings: HealthSettings;
  readonly #services: HealthServices;

  constructor(experience: ApiExperience, settings: HealthSettings, services: HealthServices) {
    this.#experience = experience;
    this.#settings = settings;
    this.#services = services;
  }

  /** Makes the check if it is due. Gives the failure that prevented it. */
  async make(monitoredSince: number): Promise<ApiFailure | null> {
    const { source, ledger, vendorNow } = this.#services;
    const { id, startedAtTs = 0 } = this.#experience;
    const before = await keptHealth(ledger, source, id);
    const age = before === null ? Number.POSITIVE_INFINITY : vendorNow() - before.checkedAt;
    if (age >= 0 && age < this.#settings.everyMs * DUE_SHARE) {
      return null;
    }
    const observed = await this.#observe(before);
    if (!observed.ok) {
      return observed.failure;
    }
    const muted = await mutedChecks(ledger, source, id);
    await this.#conclude(before, observed.value, {
      isOld: startedAtTs < monitoredSince,
      isMuted: (check) => muted.includes(check),
      now: observed.value.now,
    });
    return null;
  }

  async #observe(before: HealthRecord | null): Promise<ApiResult<Observation>> {
    const { vendorNow } = this.#services;
    const sharesSince = await this.#sharesSince(before);
    if (!sharesSince.ok) {
      return sharesSince;
    }
    const whole = await this.#figures({});
    if (!whole.ok) {
      return whole;
    }
    const from = sharesSince.value;
    const window = from === null ? whole : await this.#figures({ startTs: Math.ceil(from / 1000) });
    if (!window.ok) {
      return window;
    }
    const now = vendorNow();
    return {
      ok: true,
      value: {
        experience: this.#experience,
        analytics: whole.value,
        sinceShares: window.value,
        sharesSince: from,
        liveMs: liveTime(this.#experience, now) ?? 0,
        points: before?.points ?? [],
        alarms: before?.alarms ?? [],
        now,
      },
    };
  }

  /** Figures; null if Intelligems has none for the experience. */
  async #figures(options: { startTs?: number }): Promise<ApiResult<Analytics | null>> {
    return orNone(await this.#services.analytics(this.#experience.id, options));
  }

  /** Since when the shares are what they are; null: since the start. The change log is asked only if they may differ. */
  async #sharesSince(before: HealthRecord | null): Promise<ApiResult<number | null>> {
    const experience = this.#experience;
    if (before !== null && haveSameShares(before.variations, checkedVariations(experience))) {
      return { ok: true, value: before.sharesSince };
    }
    const logged = await this.#services.changeLog(experience.id);
    if (!logged.ok && logged.failure.reason !== 'not found') {
      return logged;
    }
    const changes = logged.ok ? logged.value.changeLog : [];
    const changedAt = sharesChangedAt(changes, experience.startedAtTs ?? 0);
    const seenAt = before === null ? null : (experience.lastUpdateTs ?? this.#services.vendorNow());
    return { ok: true, value: changedAt ?? seenAt };
  }

  async #conclude(
    before: HealthRecord | null,
    observed: Observation,
    context: Parameters<typeof followAlarms>[2],
  ): Promise<void> {
    const { limits, locale, thresholds } = this.#settings;
    const { source, ledger } = this.#services;
    const { experience, analytics } = observed;
    const figures = figuresIn(locale, experience.currency ?? null);
    const findings = findingsOf(observed, limits, figures);
    const { pending, alarms, news } = followAlarms(before, findings, context);
    const verdict = followVerdict(before?.verdict ?? null, reliableVerdict(observed, thresholds), context);
    for (const each of news) {
      await this.#reportAlarm(each, observed);
    }
    if (verdict.news !== null && analytics !== null && this.#settings.verdicts) {
      await this.#reportVerdict(verdict.news, analytics);
    }
    const variations = checkedVariations(experience);
    const measured = variations.map(({ id }) => analytics?.variations.find((each) => each.id === id) ?? null);
    const point = {
      at: observed.now,
      visitors: measured.map((each) => each?.visitors ?? null),
      probability: measured.map((each) =>
        each?.isControl ? null : (each?.revenuePerVisitor.probability ?? null),
      ),
      liveMs: observed.liveMs,
    };
    await keepHealth(ledger, source, experience.id, {
      checkedAt: observed.now,
      variations,
      sharesSince: observed.sharesSince,
      findings,
      pending: [...pending],
      alarms: [...alarms],
      verdict: verdict.kept,
      points: withPoint(before?.points ?? [], point, before?.variations ?? [], variations),
    });
    if (news.length > 0) {
      await this.#services.refresh(experience);
    }
  }

  async #reportAlarm({ kind, alarm }: AlarmNews, { analytics }: Observation): Promise<void> {
    const experience = this.#experience;
    const { locale } = this.#settings;
    const { source, now, vendorNow } = this.#services;
    const news = { kind, alarm, source, experienceId: experience.id };
    const results =
      analytics === null || analytics.variations.length === 0 ? null : this.#resultsOf(analytics);
    const report = healthReport(this.#subject, experience, news, results, { locale, now: vendorNow() });
    const data = healthData(report, experience, news, { source, now: now() });
    const key = `${this.#keyOf('health')}_${alarm.check}_${keyPart(alarm.about)}_${alarm.since}${kind === 'over' ? '_over' : ''}`;
    await this.#send(key, { ...report, data });
    if (kind === 'began') {
      await this.#services.onAlarm?.(experience, alarm);
    }
  }

  async #reportVerdict(news: VerdictNews, analytics: Analytics): Promise<void> {
    const experience = this.#experience;
    const { source, now } = this.#services;
    const results = this.#resultsOf(analytics);
    const report = verdictReport(this.#subject, experience, news, results, this.#settings.locale);
    const data = verdictData(report, experience, analytics, news, { source, now: now() });
    await this.#send(`${this.#keyOf('verdict')}_${news.verdict}_${news.at}`, { ...report, data });
  }

  /** The key makes sure that it goes out once, whichever process comes first, and after a kill as well. */
  async #send(key: string, report: Report): Promise<void> {
    const { source, ledger, deliveriesOf, subscribers, now } = this.#services;
    const topic = report.topic as 'health' | 'verdict';
    const event = reportEvent(key, report, (await subscribers?.(topic)) ?? [], now(), source);
    const deliveries = [...(await deliveriesOf(this.#experience, topic)), ...event.deliveries];
    if (deliveries.length > 0) {
      await ledger.accept({ ...event, deliveries });
    }
  }

  get #subject(): Subject {
    return subjectOf(this.#experience, this.#settings.addresses);
  }

  #resultsOf(analytics: Analytics): Results {
    return readResults(analytics, this.#experience.currency ?? null, this.#settings);
  }

  #keyOf(topic: string): string {
    return `report_${topic}_${this.#services.source}_${keyPart(this.#experience.id)}`;
  }
}
