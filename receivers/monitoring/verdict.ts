import type { Analytics, Verdict } from '../../shared/intelligems-analytics.ts';
import { cautions, type Thresholds } from '../../shared/verdict-words.ts';
import type { KeptVerdict } from '../contract/health.ts';
import { isReady } from '../experience/results.ts';

/** Another verdict, which has held at two checks. */
export interface VerdictNews {
  verdict: Verdict;
  /** Null if there was none before. */
  previous: Verdict | null;
  /** When it was first seen, milliseconds since 1970. */
  at: number;
}

/** The vendor's verdict; null before its minimum of days, visitors and orders is reached. */
export function reliableVerdict(analytics: Analytics | null, thresholds: Thresholds): Verdict | null {
  return analytics !== null && isReady(analytics) && cautions(analytics, thresholds).length === 0
    ? analytics.verdict
    : null;
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
