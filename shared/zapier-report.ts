import type { HealthCheck } from './health-words.ts';
import type { ZapierResults } from './zapier-results.ts';

/** The results of an experience that are ready, or at a milestone, as Zapier gets them. Times are ISO 8601 in UTC. */
export interface ZapierResultsReport extends Omit<ZapierResults, 'id'> {
  /** Zapier recognizes a report that it has seen by this. */
  id: string;
  experience_id: string;
  experience_type: string;
  category: string | null;
  timestamp: string;
  /** In one line. */
  title: string;
  summary: string;
  /** How many days the experience has been live; null for results. */
  milestone_days: number | null;
}

/** A running experience as a line item of the weekly report. Shares are in percent. */
export interface ZapierRunningExperience {
  id: string;
  name: string;
  days_live: number | null;
  visitors: number | null;
  orders: number | null;
  best_variation: string | null;
  uplift: number | null;
  probability_to_beat_baseline: number | null;
  verdict: string | null;
  verdict_words: string;
  link: string;
}

/** The weekly report on everything that runs. */
export interface ZapierWeeklyReport {
  id: string;
  timestamp: string;
  title: string;
  summary: string;
  experience_count: number;
  /** One line for each experience. */
  experience_lines: string;
  experiences: ZapierRunningExperience[];
}

/** An alarm about a running experience that began or is over. Times are ISO 8601 in UTC. */
export interface ZapierHealthAlert {
  id: string;
  experience_id: string;
  experience_name: string;
  experience_type: string;
  category: string | null;
  timestamp: string;
  title: string;
  summary: string;
  check: HealthCheck;
  /** The check as a label: “No visitors”. */
  check_words: string;
  state: 'began' | 'over';
  /** When the alarm began. */
  since: string;
  /** The variation that it concerns; null for the whole experience. */
  variation: string | null;
  advice: string | null;
  link: string;
}

/** Another verdict on a running experience, with its results so far. */
export interface ZapierVerdictChange extends ZapierResultsReport {
  /** By the vendor's name, such as `mixed_signals`; null if there was none before. */
  previous_verdict: string | null;
  previous_verdict_words: string;
}

export type ZapierReport = ZapierResultsReport | ZapierWeeklyReport | ZapierHealthAlert | ZapierVerdictChange;
