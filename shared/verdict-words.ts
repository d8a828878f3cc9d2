import type { Analytics, Verdict } from './intelligems-analytics.ts';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  strong_win: 'Strong win',
  directional_win: 'Leaning toward a win',
  directional_loss: 'Leaning toward a loss',
  strong_loss: 'Strong loss',
  mixed_signals: 'Mixed signals',
  not_ready: 'Not ready yet',
  error: 'No verdict',
};

/** The vendor's verdict in words; “No verdict” without one. */
export function verdictWords(verdict: Verdict | null): string {
  return VERDICT_WORDS[verdict ?? 'error'];
}

/** When a result can be trusted, and what it says. */
export interface Thresholds {
  /** How long an experience must have run. */
  leastDays: number;
  /** For each variation. */
  leastVisitors: number;
  /** For each variation. */
  leastOrders: number;
  /** From this probability to beat the control, 0 to 1, a variation counts as better. */
  likely: number;
  /** A smaller difference from the control, as a fraction, is no difference. */
  flat: number;
}

/** The rules of thumb of the vendor's results page. Its other guides have other figures. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  leastDays: 10,
  leastVisitors: 100,
  leastOrders: 10,
  likely: 0.8,
  flat: 0.05,
};

/** Why the results are not reliable yet, one sentence each; empty if they are. */
export function cautions(
  { runtimeDays, variations }: Pick<Analytics, 'runtimeDays' | 'variations'>,
  { leastDays, leastVisitors, leastOrders }: Thresholds = DEFAULT_THRESHOLDS,
): string[] {
  const found: string[] = [];
  if (runtimeDays !== null && runtimeDays < leastDays) {
    const days = Math.floor(runtimeDays);
    found.push(`It has run for ${days} ${days === 1 ? 'day' : 'days'}, and needs at least ${leastDays}.`);
  }
  const few = (name: 'visitors' | 'orders', least: number) => {
    const short = variations.filter((variation) => (variation[name] ?? 0) < least);
    if (short.length > 0) {
      found.push(`Fewer than ${least} ${name} in ${short.map((each) => each.name).join(', ')}.`);
    }
  };
  few('visitors', leastVisitors);
  few('orders', leastOrders);
  return found;
}
