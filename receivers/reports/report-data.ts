import { experienceLink } from '../../shared/experience-link.ts';
import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import { nameWords } from '../../shared/words.ts';
import type { ZapierRunningExperience } from '../../shared/zapier-report.ts';
import { zapierResults } from '../../shared/zapier-results.ts';
import type { Results } from '../contract/experience.ts';
import type { Report, ReportData } from '../contract/message.ts';

/** A running experience in the overview; results are null if Intelligems has none. */
export interface RunningExperience {
  experience: ApiExperience;
  /** Its address in Intelligems. */
  link: string;
  /** Milliseconds; null if unknown. */
  liveMs: number | null;
  results: Results | null;
  /** What is wrong with it, as labels; null if it was not checked. */
  alarms: readonly string[] | null;
}

/** The experience that a report is about. */
interface Reported {
  id: string;
  name?: string;
  type?: string;
  category?: string;
  currency?: string;
}

interface Occasion {
  source: string;
  organizationId: string | null;
  /** Milliseconds since 1970. */
  now: number;
}

/** A report on an experience's results as fields. Pure. */
export function resultsData(
  { title, summary, link }: Pick<Report, 'title' | 'summary' | 'link'>,
  experience: Reported,
  analytics: Analytics,
  { source, organizationId, now, milestoneDays }: Occasion & { milestoneDays: number | null },
): ReportData {
  const { id, ...results } = zapierResults(analytics, {
    id: experience.id,
    name: nameWords(experience),
    currency: experience.currency ?? null,
    link: link ?? experienceLink(experience),
  });
  return {
    source,
    organizationId,
    report: {
      ...results,
      experience_id: id,
      experience_type: experience.type ?? '',
      category: experience.category ?? null,
      timestamp: new Date(now).toISOString(),
      title,
      summary,
      milestone_days: milestoneDays,
    },
  };
}

const DAY_MS = 86_400_000;

/** The weekly overview as fields. Pure. */
export function overviewData(
  { title, summary }: Pick<Report, 'title' | 'summary'>,
  running: readonly RunningExperience[],
  { source, organizationId, now }: Occasion,
): ReportData {
  const experiences = running.map(runningData);
  return {
    source,
    organizationId,
    report: {
      timestamp: new Date(now).toISOString(),
      title,
      summary,
      experience_count: experiences.length,
      experience_lines: experiences.map(lineOf).join('\n'),
      experiences,
    },
  };
}

function runningData({ experience, link, liveMs, results }: RunningExperience): ZapierRunningExperience {
  const variations = results?.variations ?? [];
  const [best] = variations
    .filter(({ isControl }) => !isControl)
    .sort((one, other) => (other.probabilityToBeatBaseline ?? -1) - (one.probabilityToBeatBaseline ?? -1));
  const sum = (counts: (number | null)[]): number | null => {
    const known = counts.filter((each) => each !== null);
    return known.length === 0 ? null : known.reduce((total, each) => total + each, 0);
  };
  return {
    id: experience.id,
    name: nameWords(experience),
    days_live: liveMs === null ? null : Math.round((liveMs / DAY_MS) * 10) / 10,
    visitors: sum(variations.map(({ visitors }) => visitors)),
    orders: sum(variations.map(({ orders }) => orders)),
    best_variation: best?.name ?? null,
    uplift: percent(best?.uplift?.value),
    probability_to_beat_baseline: percent(best?.probabilityToBeatBaseline),
    verdict: results?.verdict ?? null,
    verdict_words: verdictWords(results?.verdict ?? null),
    link,
  };
}

function lineOf({
  name,
  days_live: days,
  best_variation: best,
  uplift,
  verdict_words: verdict,
}: ZapierRunningExperience): string {
  const parts = [
    ...(days === null ? [] : [`live for ${days} days`]),
    ...(best === null || uplift === null ? [] : [`${best} ${uplift > 0 ? '+' : ''}${uplift}%`]),
    verdict,
  ];
  return `${name}: ${parts.join(', ')}`;
}

function percent(fraction: number | null | undefined): number | null {
  return fraction === null || fraction === undefined ? null : Number((fraction * 100).toFixed(2));
}
