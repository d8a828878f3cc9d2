import type { Metric, VariationAnalytics } from '../../shared/intelligems-analytics.ts';
import type { Finding } from '../contract/health.ts';
import { isOpen, type Observed, observedVariations, quoted, type Rule } from './observation.ts';

const CHECK = 'guardrail';

/** An open alarm is over when the drop is smaller than this share of the limit, or its probability is below this. */
const OVER_SHARE = 0.5;
const OVER_PROBABILITY = 0.8;

interface Guarded {
  /** Part of what identifies the alarm. */
  id: string;
  title: string;
  of(variation: VariationAnalytics): Metric;
  onlyWithCosts?: true;
}

const METRICS: readonly Guarded[] = [
  { id: 'conversion', title: 'conversion', of: ({ conversion }) => conversion },
  { id: 'revenue', title: 'revenue per visitor', of: ({ revenuePerVisitor }) => revenuePerVisitor },
  {
    id: 'profit',
    title: 'profit per visitor',
    of: ({ profitPerVisitor }) => profitPerVisitor,
    onlyWithCosts: true,
  },
];

/**
 * Whether a variation sells clearly less than the control: conversion, revenue per visitor, and profit per visitor
 * where the store's costs are known. An alarm needs a drop of at least the limit, the vendor's probability that the
 * variation is worse, and enough visitors and orders in both.
 *
 * Several variations are several chances for a false alarm: the probability that is left for one is divided by their
 * number (Bonferroni). The metrics are not counted, since they rise and fall together.
 */
export const checkGuardrail: Rule = (observed, { guardrail: limits }, figures) => {
  const { experience, analytics } = observed;
  const variations = observedVariations(experience, analytics) ?? [];
  const control = variations.find(({ isControl }) => isControl);
  const challengers = variations.filter((each) => each !== control);
  if (control === undefined || challengers.length === 0) {
    return [unknown('', 'There is no control with figures to compare with.')];
  }
  const tooFew = ({ visitors, orders }: Observed): boolean =>
    visitors < limits.leastVisitors || orders < limits.leastOrders;
  const short = [control, ...challengers].filter(tooFew);
  const enough = challengers.filter((each) => !tooFew(control) && !tooFew(each));
  const likely = 1 - (1 - limits.likely) / challengers.length;
  const found = enough.flatMap((variation) =>
    METRICS.filter(({ onlyWithCosts }) => !onlyWithCosts || analytics?.costsKnown === true).flatMap(
      (metric) => {
        const measured = variation.figures === null ? null : metric.of(variation.figures);
        if (!measured?.uplift || measured.probability === null) {
          return [];
        }
        const drop = -measured.uplift.value;
        const worse = 1 - measured.probability;
        const about = `${variation.id} ${metric.id}`;
        const words = `${quoted(variation.name)}: ${metric.title} ${figures.change(-drop)} against the control, with a chance of ${figures.chance(worse)} that it is worse.`;
        if (drop >= limits.drop && worse >= likely) {
          const advice = `Decide whether to pause it: ${quoted(variation.name)} costs money while it runs.`;
          return [{ check: CHECK, about, state: 'alarm', words, advice } satisfies Finding];
        }
        const isOver = drop < limits.drop * OVER_SHARE || worse < OVER_PROBABILITY;
        return isOpen(observed, CHECK, about) && !isOver
          ? [unknown(about, words)]
          : [{ check: CHECK, about, state: 'fine', words, advice: null } satisfies Finding];
      },
    ),
  );
  if (short.length > 0 || found.length === 0) {
    const names = short.map(({ name }) => quoted(name)).join(', ');
    const least = `${figures.count(limits.leastVisitors)} visitors and ${figures.count(limits.leastOrders)} orders`;
    const words =
      short.length > 0
        ? `Too early to judge ${names}: each variation needs ${least}.`
        : 'Intelligems has no comparison with the control yet.';
    return [...found, unknown('', words)];
  }
  return found;
};

function unknown(about: string, words: string): Finding {
  return { check: CHECK, about, state: 'unknown', words, advice: null };
}
