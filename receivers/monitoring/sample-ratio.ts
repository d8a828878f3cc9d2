import jstat from 'jstat';
import type { Finding } from '../contract/health.ts';
import type { Figures } from '../experience/figures.ts';
import { isOpen, type Observed, observedVariations, quoted, type Rule } from './observation.ts';

const { chisquare, gammaln } = jstat.jStat;

const CHECK = 'sample_ratio_mismatch';

/**
 * How strongly the sequential test expects a mismatch to be small: the weight of the configured shares in its prior,
 * in visitors. 400 expects deviations of about 2.5 percentage points in a split of two halves.
 */
const PRIOR_VISITORS = 400;

/** From this p-value on, the shares are as configured again, 0 to 1. */
const CLEARLY_FINE = 0.05;

/**
 * Whether visitors are split as configured, since the shares were changed last. An alarm needs all of these:
 * - Pearson's chi-square test of the visitors against the shares gives a p-value below the limit. It answers “Could
 *   this be chance?” for one look. https://en.wikipedia.org/wiki/Pearson%27s_chi-squared_test
 * - A sequential test gives one below the limit too. It holds at every look, while the chi-square test of a fair
 *   experience that is looked at hourly for weeks falls below 0.01 in more than one of a hundred.
 * - Enough visitors, and a share that is off by enough percentage points: in a large store, a difference that nobody
 *   needs to know is significant.
 */
export const checkSampleRatio: Rule = (observed, { sampleRatio: limits }, figures) => {
  const split = (observedVariations(observed.experience, observed.sinceShares) ?? []).filter(
    (each): each is Observed & { share: number } => each.share !== null && each.share > 0,
  );
  const finding = (state: Finding['state'], words: string, advice: string | null = null): Finding[] => [
    { check: CHECK, about: '', state, words, advice },
  ];
  if (observed.sinceShares === null) {
    return finding('unknown', 'Intelligems has no visitors for it yet.');
  }
  if (split.length < 2) {
    return finding('unknown', 'It does not split its visitors.');
  }
  const total = sum(split.map(({ visitors }) => visitors));
  const least = limits.leastVisitors;
  if (total < least) {
    const window = observed.sharesSince === null ? '' : ' since its shares were changed';
    return finding(
      'unknown',
      `${figures.count(total)} visitors${window}; ${figures.count(least)} are needed to judge the split.`,
    );
  }
  const whole = sum(split.map(({ share }) => share));
  const expected = split.map(({ share }) => share / whole);
  const counts = split.map(({ visitors }) => visitors);
  const pValue = chiSquarePValue(counts, expected);
  const deviation = Math.max(
    ...counts.map((count, index) => Math.abs(count / total - (expected[index] as number))),
  );
  const words = splitWords(split, total, expected, pValue, figures);
  if (
    pValue < limits.pValue &&
    sequentialPValue(counts, expected) < limits.pValue &&
    deviation >= limits.leastDeviation
  ) {
    return finding(
      'alarm',
      words,
      'Do not trust its results. Check that each variation loads, redirects and is tracked the same way, then start a new test.',
    );
  }
  const isOver = pValue >= CLEARLY_FINE || deviation < limits.leastDeviation;
  return isOpen(observed, CHECK, '') && !isOver
    ? finding('unknown', `${words} It is not clear yet whether the split is right again.`)
    : finding('fine', words);
};

/**
 * The p-value of Pearson's chi-square test of goodness of fit, 0 to 1.
 *
 * @param counts visitors of each variation
 * @param shares the configured share of each, which sum to 1
 */
export function chiSquarePValue(counts: readonly number[], shares: readonly number[]): number {
  const total = sum(counts);
  const statistic = sum(
    counts.map((count, index) => {
      const expected = total * (shares[index] as number);
      return (count - expected) ** 2 / expected;
    }),
  );
  return 1 - chisquare.cdf(statistic, counts.length - 1);
}

/**
 * A p-value that stays valid however often one looks, 0 to 1: the inverse of the Bayes factor of a Dirichlet prior
 * around the configured shares. By Ville's inequality it falls below `p` for at most a share of `p` of all fair
 * experiences, ever. Lindon and Malek, “Anytime-Valid Inference for Multinomial Count Data”, NeurIPS 2022,
 * https://arxiv.org/abs/2011.03567.
 *
 * @param counts visitors of each variation
 * @param shares the configured share of each, which sum to 1
 */
export function sequentialPValue(counts: readonly number[], shares: readonly number[]): number {
  const total = sum(counts);
  const logBayesFactor =
    gammaln(PRIOR_VISITORS) -
    gammaln(PRIOR_VISITORS + total) +
    sum(
      counts.map((count, index) => {
        const share = shares[index] as number;
        const prior = PRIOR_VISITORS * share;
        return gammaln(prior + count) - gammaln(prior) - count * Math.log(share);
      }),
    );
  return Math.min(1, Math.exp(-logBayesFactor));
}

function splitWords(
  split: readonly Observed[],
  total: number,
  expected: readonly number[],
  pValue: number,
  figures: Figures,
): string {
  const parts = split.map(
    ({ name, visitors }, index) =>
      `${quoted(name)} got ${figures.percent(visitors / total)} of the visitors instead of ${figures.percent(expected[index] as number)}`,
  );
  const chance =
    pValue < 0.0001 ? `under ${figures.percent(0.0001, 2)}` : `about ${figures.percent(pValue, 2)}`;
  return `${parts.join(', ')}. If the split were right, a difference like this would have a chance of ${chance} (${figures.count(total)} visitors).`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
