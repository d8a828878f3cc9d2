import type { Verdict } from '../../shared/intelligems-analytics.ts';
import { cautions, type Thresholds } from '../../shared/verdict-words.ts';
import type { KeptVerdict } from '../contract/health.ts';
import { isReady } from '../experience/results.ts';
import { DAY_MS } from './limits.ts';
import type { Observation } from './observation.ts';

/** Another verdict, which has held at two checks. */
export interface VerdictNews {
  verdict: Verdict;
  /** Null if there was none before. */
  previous: Verdict | null;
  /** When it was first seen, milliseconds since 1970. */
  at: number;
}

/**
 * The vendor's verdict; null before its minimum of days, visitors and orders is reached.
 *
 * @param liveMs how long it has been live, for an answer that does not say it
 */
export function reliableVerdict(
  { analytics, liveMs }: Pick<Observation, 'analytics' | 'liveMs'>,
  thresholds: Thresholds,
): Verdict | null {
  if (analytics === null || !isReady(analytics)) {
    return null;
  }
  const runtimeDays = analytics.runtimeDays ?? liveMs / DAY_MS;
  return cautions({ ...analytics, runtimeDays }, thresholds).length === 0 ? analytics.verdict : null;
}

/**
 * Follows the verdict from one check to the next. It counts as changed once another one has held at two checks in a
 * row. Pure.
 *
 * @param kept null at the first check
 * @param isOld the experience ran before monitoring began: what holds then is no news
 */
export function followVerdict(
  kept: KeptVerdict | null,
  verdict: Verdict | null,
  { isOld, now }: { isOld: boolean; now: number },
): { kept: KeptVerdict; news: VerdictNews | null } {
  const known = kept?.known ?? null;
  if (kept === null && isOld) {
    return { kept: { known: verdict, pending: null }, news: null };
  }
  if (verdict === null || verdict === known) {
    return { kept: { known, pending: null }, news: null };
  }
  if (kept?.pending?.verdict !== verdict) {
    return { kept: { known, pending: { verdict, at: now } }, news: null };
  }
  return {
    kept: { known: verdict, pending: null },
    news: { verdict, previous: known, at: kept.pending.at },
  };
}
