import { experienceLink } from '../../shared/experience-link.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { ApiFailure } from '../../shared/intelligems-failure.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import { durationWords, nameWords } from '../../shared/words.ts';
import { calendarDay, dayOfWeek, instantOf } from '../base/zoned-time.ts';
import type { VariationResult } from '../contract/experience.ts';
import type { Report } from '../contract/message.ts';
import { reportEvent } from '../delivery/report.ts';
import { figuresIn, UNKNOWN } from '../experience/figures.ts';
import { readResults } from '../experience/results.ts';
import { askEach } from './asking.ts';
import { liveTime, type ReportServices, type ReportSettings } from './milestones.ts';
import { overviewData, type RunningExperience } from './report-data.ts';

const DAY_MS = 24 * 3_600_000;

/** An overview that is later than this is left out, milliseconds. */
const LATEST_MS = DAY_MS;

/** Results that cannot be fetched for this long are left out, milliseconds. */
const PATIENCE_MS = 3_600_000;

/** How many experiences' results are fetched, to spare the vendor's rate limit. */
const MOST_ASKED = 40;

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** When the overview goes out. */
export interface OverviewTime {
  /** A day of the week, in lower case. */
  day: string;
  hour: number;
  timeZone: string;
}

/** The last time for an overview that is not after `now`; all times are milliseconds since 1970. */
export function lastOverviewAt({ day, hour, timeZone }: OverviewTime, now: number): number {
  const today = calendarDay(now, timeZone);
  const back = (dayOfWeek(today) - DAYS.indexOf(day) + 7) % 7;
  const instant = instantOf(today - back, hour * 60, timeZone);
  return instant <= now ? instant : instantOf(today - back - 7, hour * 60, timeZone);
}

/** The next time for an overview after `now`; all times are milliseconds since 1970. */
export function nextOverviewAt(time: OverviewTime, now: number): number {
  const last = lastOverviewAt(time, now);
  const day = calendarDay(last, time.timeZone) + 7;
  return instantOf(day, time.hour * 60, time.timeZone);
}

/** The overview of everything that runs, the longest live first. Pure. */
export function overviewReport(title: string, running: readonly RunningExperience[], locale: string): Report {
  const ordered = [...running].sort((one, other) => (other.liveMs ?? 0) - (one.liveMs ?? 0));
  const isChecked = running.some(({ alarms }) => alarms !== null);
  const count = `${running.length} ${running.length === 1 ? 'experience is' : 'experiences are'} running`;
  return {
    topic: 'overview',
    title: `This week at ${title}: ${count}`,
    summary: summaryOf(ordered),
    sections: [
      {
        heading: 'Running',
        lines: [],
        table: {
          columns: [
            'Experience',
            'Live',
            'Visitors',
            'Orders',
            'Best variation',
            'Uplift',
            'Chance',
            'Verdict',
            ...(isChecked ? ['Health'] : []),
          ],
          rows: ordered.map((each) => [...rowOf(each, locale), ...(isChecked ? [healthOf(each)] : [])]),
        },
      },
    ],
    experienceId: null,
    link: null,
    image: null,
  };
}

function healthOf({ alarms }: RunningExperience): string {
  return alarms === null ? UNKNOWN : alarms.join(', ') || 'OK';
}

function summaryOf(running: readonly RunningExperience[]): string {
  const inState = (suffix: string): number =>
    running.filter(({ results }) => results?.verdict.endsWith(suffix)).length;
  const said = [
    [inState('win'), 'toward a win'],
    [inState('loss'), 'toward a loss'],
  ] as const;
  const words = said
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${count === 1 ? 'leans' : 'lean'} ${what}`);
  return words.length === 0
    ? 'No experience leans toward a result yet.'
    : `${words.join(', ')}; nothing is certain yet.`;
}

function rowOf({ experience, liveMs, results }: RunningExperience, locale: string): string[] {
  const figures = figuresIn(locale, results?.currency ?? null);
  const sum = (of: (variation: VariationResult) => number | null): string => {
    const known = (results?.variations ?? []).map(of).filter((value) => value !== null);
    return known.length === 0 ? UNKNOWN : figures.count(known.reduce((total, value) => total + value, 0));
  };
  const [best] = (results?.variations ?? [])
    .filter(({ isControl }) => !isControl)
    .sort((one, other) => (other.probabilityToBeatBaseline ?? -1) - (one.probabilityToBeatBaseline ?? -1));
  return [
    nameWords(experience),
    liveMs === null ? UNKNOWN : durationWords(liveMs),
    sum(({ visitors }) => visitors),
    sum(({ orders }) => orders),
    best?.name ?? UNKNOWN,
    figures.change(best?.uplift?.value ?? null),
    figures.chance(best?.probabilityToBeatBaseline ?? null),
    results === null ? UNKNOWN : verdictWords(results.verdict),
  ];
}

/** Reports the overview of one source once when it is due. Gives the failure that prevented it. */
export async function reportOverview(
  { source, title, running }: { source: string; title: string; running: readonly ApiExperience[] },
  settings: ReportSettings & OverviewTime,
  { ledger, analytics, now, vendorNow, alarmsOf, subscribers }: Omit<ReportServices, 'source'>,
): Promise<ApiFailure | null> {
  const { locale, since, timeZone } = settings;
  const to = [...settings.to, ...((await subscribers?.('overview')) ?? [])];
  const dueAt = lastOverviewAt(settings, vendorNow());
  const day = new Date(calendarDay(dueAt, timeZone) * DAY_MS).toISOString().slice(0, 10);
  const key = `report_overview_${source}_${day}`;
  const isDue = to.length > 0 && running.length > 0 && dueAt > since && vendorNow() - dueAt < LATEST_MS;
  if (!isDue || (await ledger.event(key)) !== null) {
    return null;
  }
  const ids = running.slice(0, MOST_ASKED).map(({ id }) => id);
  const { found: resultsById, failure } = await askEach(ids, (id) => analytics(id, []));
  if (failure !== null && (failure.reason !== 'unavailable' || vendorNow() - dueAt < PATIENCE_MS)) {
    return failure;
  }
  const shown: RunningExperience[] = [];
  for (const experience of running) {
    const found = resultsById.get(experience.id) ?? null;
    shown.push({
      experience,
      link: experienceLink(experience, settings.addresses),
      liveMs: liveTime(experience, vendorNow()),
      results: found === null ? null : readResults(found, experience.currency ?? null, settings),
      alarms: (await alarmsOf?.(experience.id)) ?? null,
    });
  }
  const report = overviewReport(title, shown, locale);
  const organizationId = running[0]?.organizationId ?? null;
  const data = overviewData(report, shown, { source, organizationId, now: now() });
  await ledger.accept(reportEvent(key, { ...report, data }, to, now()));
  return null;
}
