import type { HealthCheck } from '../../shared/health-words.ts';
import type { Verdict } from '../../shared/intelligems-analytics.ts';

/** What one check found at one time. */
export interface Finding {
  check: HealthCheck;
  /** The variation and the metric that it concerns, so that alarms are kept apart; empty for the whole experience. */
  about: string;
  /** unknown: there is too little data, or the check does not apply; `words` says why. */
  state: 'alarm' | 'fine' | 'unknown';
  /** Why, with the numbers, in a sentence or two. */
  words: string;
  /** What a person can do about it; null for nothing. */
  advice: string | null;
}

/** An alarm that is not over. */
export interface OpenAlarm extends Finding {
  /** When it was raised, milliseconds since 1970. */
  since: number;
  /** Why it was not reported: it was so when monitoring began, or a person muted it. Null: it was. */
  unreported: 'baseline' | 'muted' | null;
}

/** The figures at one check, each in the order of the record's variations. */
export interface HealthPoint {
  /** Milliseconds since 1970. */
  at: number;
  visitors: (number | null)[];
  /** The chance to beat the control, 0 to 1. */
  probability: (number | null)[];
  /** How long the experience had been live, pauses left out, in milliseconds. */
  liveMs: number;
}

/** What the receiver keeps about the health of a running experience. Times are milliseconds since 1970. */
export interface HealthRecord {
  checkedAt: number;
  variations: CheckedVariation[];
  /** Since when the shares of traffic are what they are; null: since it started. */
  sharesSince: number | null;
  /** Of the last check. */
  findings: Finding[];
  /** What differed from the state below at the last check. It counts once it holds at two checks in a row. */
  pending: PendingChange[];
  alarms: OpenAlarm[];
  verdict: KeptVerdict;
  /** Oldest first. */
  points: HealthPoint[];
}

export interface CheckedVariation {
  id: string;
  name: string;
  isControl: boolean;
  /** The configured share of the traffic, in percent. */
  percentage: number | null;
}

/** An alarm that begins or is over, seen once. */
export interface PendingChange extends Pick<Finding, 'check' | 'about'> {
  to: 'alarm' | 'fine';
  /** When it was seen, milliseconds since 1970. It identifies the report, whichever process sends it. */
  at: number;
}

export interface KeptVerdict {
  /** The last one that was reported, or that held when monitoring began; null before there is any. */
  known: Verdict | null;
  /** Another one, seen once; null for none. */
  pending: { verdict: Verdict; at: number } | null;
}

/** Alarms that are open about an experience, for its card and its row. */
export interface ExperienceHealth {
  checkedAt: number;
  alarms: readonly OpenAlarm[];
}

/** What a health report is about, for destinations that offer to act on it. */
export interface HealthNews {
  kind: 'began' | 'over';
  alarm: OpenAlarm;
  source: string;
  experienceId: string;
}
