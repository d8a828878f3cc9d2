import type { Analytics, Verdict } from './intelligems-analytics.ts';

const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  strong_win: 'Strong win',
  directional_win: 'Leaning towards a win',
  directional_loss: 'Leaning towards a loss',
  strong_loss: 'Strong loss',
  mixed_signals: 'Mixed signals',
  not_ready: 'Not ready yet',
  error: 'No verdict',
};

/** The vendor's verdict in words; “No verdict” where there is none. */
export function verdictWords(verdict: Verdict | null): string {
  return VERDICT_WORDS[verdict ?? 'error'];
}

/** The vendor's rules of thumb before a result is to be trusted. */
const LEAST_DAYS = 10;
const LEAST_VISITORS = 100;
const LEAST_ORDERS = 10;

/**
 * Why the results are to be read with caution, one sentence each, by the vendor's rules of thumb (ten days,
 * and a hundred visitors and ten orders for each variation); empty where there is no reason.
 */
export function cautions({ runtimeDays, variations }: Analytics): string[] {
  const found: string[] = [];
  if (runtimeDays !== null && runtimeDays < LEAST_DAYS) {
    found.push(`It has run for ${Math.floor(runtimeDays)} days; ${LEAST_DAYS} are the least.`);
  }
  const few = (name: 'visitors' | 'orders', least: number) => {
    const short = variations.filter((variation) => (variation[name] ?? 0) < least);
    if (short.length > 0) {
      found.push(`Fewer than ${least} ${name} in ${short.map((each) => each.name).join(', ')}.`);
    }
  };
  few('visitors', LEAST_VISITORS);
  few('orders', LEAST_ORDERS);
  return found;
}
