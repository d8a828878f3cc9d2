import { type ExperienceAddresses, experienceLink } from '../../shared/experience-link.ts';
import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure, ApiResult } from '../../shared/intelligems-failure.ts';
import { nameWords, typeWords } from '../../shared/words.ts';
import type { Results } from '../contract/experience.ts';
import { experienceKey } from '../contract/experience-key.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Report } from '../contract/message.ts';
import type { ReportSubscribers } from '../contract/report-subscribers.ts';
import { keyPart, reportEvent } from '../delivery/report.ts';
import { type ResultStyle, readResults } from '../experience/results.ts';
import { experienceState } from '../experience/state.ts';
import { askEach } from './asking.ts';
import { REPORTS } from './remembered.ts';
import { resultsData } from './report-data.ts';
import { resultSections, type Subject } from './results.ts';

const DAY_MS = 24 * 3_600_000;

/** A milestone older than this is not reported any more, milliseconds. */
const NEWS_MS = 3 * DAY_MS;

/** The chart of a milestone, by the vendor's name. */
const CHARTS = ['net_revenue_per_visitor'];

export interface ReportServices {
  /** Name of the source whose experiences these are. */
  source: string;
  ledger: Pick<Ledger, 'accept' | 'event' | 'recall' | 'remember'>;
  /** The current results, with these charts. */
  analytics(experienceId: string, charts: readonly string[]): Promise<ApiResult<Analytics>>;
  now(): number;
  /** The same by the vendor's clock, which made the times of what it records. */
  vendorNow(): number;
  /** What is wrong with a running experience, as labels; null if it was not checked. Default: not checked. */
  alarmsOf?(experienceId: string): Promise<readonly string[] | null>;
  /** Who else wants a report; default: nobody. */
  subscribers?: ReportSubscribers;
}

export interface ReportSettings extends ResultStyle {
  /** The destinations that get it. */
  to: readonly string[];
  addresses: ExperienceAddresses;
  /** Nothing from before this time is reported, milliseconds since 1970. */
  since: number;
}

/** How long an experience has been live by `now`, pauses left out, in milliseconds; null if it never was. */
export function liveTime(experience: ApiExperience, now: number): number | null {
  const seen = { action: 'updateExperience', timestamp: now, experience } as const;
  return experienceState([{ ...seen, organization: {}, payload: {} }], now).liveMs;
}

/**
 * The last milestone that an experience has passed, if that is recent; else null.
 *
 * @param liveMs how long it has been live
 * @param days the milestones, in days live
 * @param since milestones before this are not reported, milliseconds since 1970
 */
export function passedMilestone(
  liveMs: number,
  days: readonly number[],
  since: number,
  now: number,
): number | null {
  const last = Math.max(...days.filter((each) => each * DAY_MS <= liveMs), 0);
  const passedAt = now - (liveMs - last * DAY_MS);
  return last > 0 && passedAt > since && passedAt > now - NEWS_MS ? last : null;
}

/** The report of an experience that has been live for a number of days. Pure. */
export function milestoneReport(
  { experienceId, name, link }: Subject,
  experience: Pick<ApiExperience, 'type'>,
  days: number,
  results: Results,
  locale: string,
): Report {
  return {
    topic: 'milestone',
    title: `${name} has been live for ${days} ${days === 1 ? 'day' : 'days'}`,
    summary: `${typeWords(experience.type)}. ${results.summary}`,
    sections: resultSections(results, locale),
    experienceId,
    link,
    image: results.chart,
  };
}

/** Reports the milestones of running experiences, each once. Gives the failure that delayed one. */
export async function reportMilestones(
  running: readonly ApiExperience[],
  { days, since, locale, thresholds, addresses, ...settings }: ReportSettings & { days: readonly number[] },
  { source, ledger, analytics, now, vendorNow, subscribers }: ReportServices,
): Promise<ApiFailure | null> {
  const to = [...settings.to, ...((await subscribers?.('milestone')) ?? [])];
  const due: { experience: ApiExperience; passed: number }[] = [];
  for (const experience of to.length === 0 ? [] : running) {
    const live = liveTime(experience, vendorNow());
    const passed = live === null ? null : passedMilestone(live, days, since, vendorNow());
    // Retention may remove the report while its milestone is still news.
    if (
      passed !== null &&
      (await ledger.recall(REPORTS, reportedFact(source, experience.id))) !== String(passed)
    ) {
      due.push({ experience, passed });
    }
  }
  const ids = due.map(({ experience }) => experience.id);
  const { found: resultsById, failure } = await askEach(ids, (id) => analytics(id, CHARTS));
  for (const { experience, passed } of due) {
    const found = resultsById.get(experience.id) ?? null;
    if (found !== null) {
      const results = readResults(found, experience.currency ?? null, { locale, thresholds });
      const subject = subjectOf(experience, addresses);
      const report = milestoneReport(subject, experience, passed, results, locale);
      const key = `report_milestone_${source}_${keyPart(experience.id)}_${passed}`;
      const { organizationId = null } = experience;
      const occasion = { source, organizationId, now: now(), milestoneDays: passed };
      const data = resultsData(report, experience, found, occasion);
      await ledger.accept(reportEvent(key, { ...report, data }, to, now(), source));
      await ledger.remember(REPORTS, { [reportedFact(source, experience.id)]: String(passed) });
    }
  }
  return failure;
}

/** The fact that holds the last reported milestone of an experience, in days. */
function reportedFact(source: string, experienceId: string): string {
  return `milestone:${experienceKey(source, experienceId)}`;
}

/** What a report says of a running experience beside its figures. */
export function subjectOf(experience: ApiExperience, addresses: ExperienceAddresses): Subject {
  const link = experienceLink(experience, addresses);
  return { experienceId: experience.id, name: nameWords(experience), link };
}
