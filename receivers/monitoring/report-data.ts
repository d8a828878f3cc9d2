import { HEALTH_WORDS } from '../../shared/health-words.ts';
import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import { nameWords } from '../../shared/words.ts';
import type { HealthNews } from '../contract/health.ts';
import type { Report, ReportData } from '../contract/message.ts';
import { resultsData } from '../reports/report-data.ts';
import type { VerdictNews } from './verdict.ts';

interface Occasion {
  source: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** A health report as fields. Pure. */
export function healthData(
  { title, summary, link }: Pick<Report, 'title' | 'summary' | 'link'>,
  experience: ApiExperience,
  { kind, alarm }: HealthNews,
  { source, now }: Occasion,
): ReportData {
  const [variationId] = alarm.about.split(' ');
  const variation = experience.variations.find(({ id }) => id !== undefined && id === variationId);
  return {
    source,
    organizationId: experience.organizationId ?? null,
    report: {
      experience_id: experience.id,
      experience_name: nameWords(experience),
      experience_type: experience.type ?? '',
      category: experience.category ?? null,
      timestamp: new Date(now).toISOString(),
      title,
      summary,
      check: alarm.check,
      check_words: HEALTH_WORDS[alarm.check].title,
      state: kind,
      since: new Date(alarm.since).toISOString(),
      variation: variation?.name ?? null,
      advice: alarm.advice,
      link: link ?? '',
    },
  };
}

/** A report of another verdict as fields. Pure. */
export function verdictData(
  report: Pick<Report, 'title' | 'summary' | 'link'>,
  experience: ApiExperience,
  analytics: Analytics,
  { previous }: VerdictNews,
  { source, now }: Occasion,
): ReportData {
  const organizationId = experience.organizationId ?? null;
  const data = resultsData(report, experience, analytics, {
    source,
    organizationId,
    now,
    milestoneDays: null,
  });
  return {
    ...data,
    report: {
      ...(data.report as Extract<ReportData['report'], { verdict: string }>),
      previous_verdict: previous,
      previous_verdict_words: verdictWords(previous),
    },
  };
}
