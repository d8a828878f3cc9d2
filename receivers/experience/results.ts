import type { Analytics, VariationAnalytics } from '../../shared/intelligems-analytics.ts';
import { cautions, DEFAULT_THRESHOLDS, type Thresholds, verdictWords } from '../../shared/verdict-words.ts';
import type { Results, VariationResult } from '../contract/experience.ts';
import { type Figures, figuresIn } from './figures.ts';

/** How results are worded. */
export interface ResultStyle {
  /** How figures are written, such as `en-US`. */
  locale: string;
  /** Default: {@link DEFAULT_THRESHOLDS}. */
  thresholds?: Thresholds;
}

/**
 * The results of an experience in words, from the vendor's analytics.
 *
 * @param currency of the store, an ISO 4217 code; null if unknown
 */
export function readResults(
  analytics: Analytics,
  currency: string | null,
  { locale, thresholds = DEFAULT_THRESHOLDS }: ResultStyle,
): Results {
  return {
    verdict: analytics.verdict ?? 'error',
    summary: summaryOf(analytics, figuresIn(locale, currency), thresholds),
    variations: analytics.variations.map(variationResult),
    currency,
    locale,
    monthlyRevenue: analytics.monthlyRevenueIncrease,
    chart: chartOf(analytics),
  };
}

/** Whether the vendor has a verdict. */
export function isReady({ verdict }: Pick<Analytics, 'verdict'>): boolean {
  return verdict !== null && verdict !== 'not_ready' && verdict !== 'error';
}

interface Challenger {
  name: string;
  standing: 'ahead' | 'behind' | 'flat' | 'open';
  probability: number;
}

/** How the best variation other than the control compares with it; null without a probability. */
function likelyWinner(
  variations: readonly VariationAnalytics[],
  { likely, flat }: Thresholds = DEFAULT_THRESHOLDS,
): Challenger | null {
  const judged = variations.flatMap(({ isControl, name, revenuePerVisitor: { probability, uplift } }) =>
    isControl || probability === null ? [] : [{ name, probability, uplift }],
  );
  const [best] = judged.sort((one, other) => other.probability - one.probability);
  if (best === undefined) {
    return null;
  }
  const { name, probability, uplift } = best;
  if (uplift !== null && Math.abs(uplift.value) < flat) {
    return { name, probability, standing: 'flat' };
  }
  const standing = probability >= likely ? 'ahead' : probability <= 1 - likely ? 'behind' : 'open';
  return { name, probability, standing };
}

function summaryOf(analytics: Analytics, figures: Figures, thresholds: Thresholds): string {
  const doubts = cautions(analytics, thresholds);
  const winner = likelyWinner(analytics.variations, thresholds);
  const parts = [`${verdictWords(analytics.verdict)}.`];
  if (winner !== null) {
    parts.push(
      doubts.length > 0 ? 'It is too early to name a winner.' : winnerWords(winner, figures, thresholds),
    );
  }
  parts.push(...doubts);
  if (analytics.advice !== null) {
    parts.push(`Intelligems says: ${analytics.advice}`);
  }
  return parts.join(' ');
}

function winnerWords(
  { name, standing, probability }: Challenger,
  figures: Figures,
  { flat }: Thresholds,
): string {
  const chance = figures.chance(probability);
  switch (standing) {
    case 'ahead':
      return `“${name}” probably beats the control (${chance} chance).`;
    case 'behind':
      return `The control is probably better than every variation (“${name}” beats it with a chance of ${chance}).`;
    case 'flat':
      return `“${name}” is within ${figures.percent(flat)} of the control: practically no difference.`;
    default:
      return `It is not clear yet whether “${name}” beats the control (${chance} chance).`;
  }
}

function variationResult(variation: VariationAnalytics): VariationResult {
  const { id, name, isControl, visitors, orders, conversion, revenuePerVisitor, profitPerVisitor } =
    variation;
  return {
    id,
    name,
    isControl,
    visitors,
    orders,
    conversion: conversion.value,
    revenuePerVisitor: revenuePerVisitor.value,
    profitPerVisitor: profitPerVisitor.value,
    uplift: isControl ? null : revenuePerVisitor.uplift,
    probabilityToBeatBaseline: isControl ? null : revenuePerVisitor.probability,
  };
}

function chartOf({ charts }: Analytics): Results['chart'] {
  for (const { url, title } of charts) {
    if (url !== null && /^https:\/\//i.test(url) && URL.canParse(url)) {
      return { url, description: title === '' ? 'Results as a chart' : title };
    }
  }
  return null;
}
