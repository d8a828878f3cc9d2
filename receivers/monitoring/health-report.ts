import { HEALTH_WORDS } from '../../shared/health-words.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import { durationWords, typeWords } from '../../shared/words.ts';
import type { Results } from '../contract/experience.ts';
import type { HealthNews } from '../contract/health.ts';
import type { Report, ReportSection } from '../contract/message.ts';
import { resultSections, type Subject } from '../reports/results.ts';
import type { VerdictNews } from './verdict.ts';

/**
 * The report of an alarm that began or is over. Pure.
 *
 * @param results the figures so far; null if Intelligems has none
 * @param now milliseconds since 1970
 */
export function healthReport(
  { experienceId, name, link }: Subject,
  experience: Pick<ApiExperience, 'type'>,
  news: HealthNews,
  results: Results | null,
  { locale, now }: { locale: string; now: number },
): Report {
  const { kind, alarm } = news;
  const { began, over } = HEALTH_WORDS[alarm.check];
  const lasted = durationWords(now - alarm.since);
  return {
    topic: 'health',
    title: `${name}: ${kind === 'began' ? began : over}`,
    summary: `${typeWords(experience.type)}. ${alarm.words}${kind === 'over' ? ` The alarm lasted ${lasted}.` : ''}`,
    sections: [
      ...(kind === 'over' || alarm.advice === null ? [] : [section('What to do', alarm.advice)]),
      ...(results === null ? [] : resultSections({ ...results, monthlyRevenue: null }, locale)),
    ],
    experienceId,
    link,
    image: null,
    health: news,
    ...(kind === 'began' ? { offer: 'pause' as const } : {}),
  };
}

/** The report of another verdict on a running experience, in the words of its results. Pure. */
export function verdictReport(
  { experienceId, name, link }: Subject,
  experience: Pick<ApiExperience, 'type'>,
  { verdict, previous }: VerdictNews,
  results: Results,
  locale: string,
): Report {
  const before = previous === null ? 'It is the first verdict' : `It was: ${verdictWords(previous)}`;
  return {
    topic: 'verdict',
    title: `${name}: ${verdictWords(verdict)}`,
    summary: `${typeWords(experience.type)}. ${results.summary} ${before}.`,
    sections: resultSections(results, locale),
    experienceId,
    link,
    image: results.chart,
  };
}

function section(heading: string, line: string): ReportSection {
  return { heading, lines: [line], table: null };
}
