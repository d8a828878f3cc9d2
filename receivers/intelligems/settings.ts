import type { ExperienceAddresses } from '../../shared/experience-link.ts';
import type { Source } from '../contract/source.ts';
import type { ResultStyle } from '../experience/results.ts';
import type { HealthLimits } from '../monitoring/limits.ts';
import type { OverviewTime } from '../reports/overview.ts';

/** When to ask who caused an event. */
export interface WhoSettings {
  /** The delay of the first question, milliseconds. */
  afterMs: number;
}

/** Whether and when to fetch the results of an ended experience, and who gets a report. */
export interface FetchSettings {
  fetch: boolean;
  /** The destinations that get a report; null for those that got the end event. */
  to: readonly string[] | null;
  /** The delay of the first question, milliseconds. */
  afterMs: number;
  /** After this time, results are reported even if they are not ready; milliseconds. */
  patienceMs: number;
}

/** What a survey compares, and what it reports. */
export interface SurveySettings {
  reconcile: {
    mode: 'deliver' | 'list' | 'off';
    everyMs: number;
    graceMs: number;
    actions: readonly ('start' | 'pause' | 'end' | 'delete')[];
  };
  milestones: { to: string[]; days: number[] };
  overview: OverviewTime & { to: string[] };
  health: {
    on: boolean;
    to: readonly string[] | null;
    everyMs: number;
    verdicts: boolean;
    limits: HealthLimits;
  };
  reports: ResultStyle;
  storage: { retentionDays: number; databaseUrl: string | null };
  intelligems: { addresses: ExperienceAddresses };
  sources: Source[];
}
