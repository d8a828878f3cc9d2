import type { Analytics, VariationAnalytics } from '../../shared/intelligems-analytics.ts';
import { cautions, verdictWords } from '../../shared/verdict-words.ts';
import type { Results, VariationResult } from '../contract/experience.ts';
import { type Figures, figuresIn } from './figures.ts';

/**
 * Puts an answer of the analytics into this project's words.
 *
 * @param currency of the store, an ISO 4217 code; null where it is not known
 * @param locale how figures are written, such as `en-US`
 */
export function readResults(analytics: Analytics, currency: string | null, locale: string): Results {
  return {
    verdict: analytics.verdict ?? 'error',
    summary: summaryOf(analytics, figuresIn(locale, currency)),
    variations: analytics.variations.map(variationResult),
    currency,
    locale,
    monthlyRevenue: analytics.monthlyRevenueIncrease,
    chart: chartOf(analytics),
  };
}

/** Whether the vendor has come to a verdict. */
export function isReady({ verdict }: Pick<Analytics, 'verdict'>): boolean {
  return verdict !== null && verdict !== 'not_ready' && verdict !== 'error';
}

/** The vendor's rule of thumb: from this probability to beat the control on, a variation is held to be better. */
const LIKELY = 0.8;
/** The vendor's rule of thumb: a smaller difference than this is flat. */
const FLAT = 0.05;

/**
 * What the figures say of the best variation beside the control, as likely as they make it; null where there is none
 * to speak of.
 */
export function likelyWinner(
  variations: readonly VariationAnalytics[],
): { name: string; standing: 'ahead' | 'behind' | 'flat' | 'open'; probability: number } | null {
  const judged = variations.flatMap(({ isControl, name, revenuePerVisitor: { probability, uplift } }) =>
    isControl || probability === null ? [] : [{ name, probability, uplift }],
  );
  const [best] = judged.sort((one, other) => other.probability - one.probability);
  if (best === undefined) {
    return null;
  }
  const { name, probability, uplift } = best;
  const within = uplift !== null && Math.abs(uplift.value) < FLAT;
  if (probability >= LIKELY) {
    return { name, probability, standing: within ? 'flat' : 'ahead' };
  }
  if (probability <= 1 - LIKELY) {
    return { name, probability, standing: within ? 'flat' : 'behind' };
  }
  return { name, probability, standing: within ? 'flat' : 'open' };
}

function summaryOf(analytics: Analytics, figures: Figures): string {
  const doubts = cautions(analytics);
  const winner = likelyWinner(analytics.variations);
  const parts = [`${verdictWords(analytics.verdict)}.`];
  if (winner !== null) {
    parts.push(doubts.length > 0 ? 'There is no winner to be told yet.' : winnerWords(winner, figures));
  }
  if (doubts.length > 0) {
    parts.push(`Read with caution: ${doubts.join(' ')}`);
  }
  if (analytics.advice !== null) {
    parts.push(`Intelligems says: ${analytics.advice}`);
  }
  return parts.join(' ');
}

function winnerWords(
  { name, standing, probability }: NonNullable<ReturnType<typeof likelyWinner>>,
  figures: Figures,
): string {
  const chance = figures.chance(probability);
  switch (standing) {
    case 'ahead':
      return `“${name}” probably beats the control (probability ${chance}).`;
    case 'behind':
      return `The control is probably better than every variation (“${name}” beats it with a probability of ${chance}).`;
    case 'flat':
      return `“${name}” is within ${figures.percent(FLAT)} of the control: hardly a difference.`;
    default:
      return `It is open whether “${name}” beats the control (probability ${chance}).`;
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
