import { variationWords } from '../../../shared/words.ts';
import type { Results, VariationResult } from '../../contract/experience.ts';
import { figuresIn } from '../../experience/figures.ts';
import { line } from './formats.ts';
import type { ResultsVariables } from './variables.ts';

/** The results of an experience as templates show them. */
export function resultsVariables(results: Results, locale: string): ResultsVariables {
  const { count, money, gain, percent, chance, change } = figuresIn(locale, results.currency);
  const range = ({ low, high }: { low: number | null; high: number | null }): string | null =>
    low === null || high === null ? null : `${change(low)} and ${change(high)}`;
  const name = (variation: VariationResult): string =>
    line(variationWords(variation, results.variations.indexOf(variation)));
  const recommended = recommendedVariation(results);
  return {
    verdict: results.verdict,
    summary: results.summary,
    recommended: recommended === null ? null : name(recommended),
    monthly_revenue: results.monthlyRevenue === null ? null : gain(results.monthlyRevenue),
    variations: results.variations.map((variation) => ({
      name: name(variation),
      is_control: variation.isControl,
      visitors: count(variation.visitors),
      orders: count(variation.orders),
      conversion: percent(variation.conversion, 2),
      revenue_per_visitor: money(variation.revenuePerVisitor),
      profit_per_visitor: money(variation.profitPerVisitor),
      uplift: change(variation.uplift?.value ?? null),
      uplift_range: variation.uplift === null ? null : range(variation.uplift),
      probability: chance(variation.probabilityToBeatBaseline),
    })),
  };
}

/** The control after a loss; after a win the challenger that most probably beats it, if there is just one. */
function recommendedVariation({ verdict, variations }: Results): VariationResult | null {
  const controls = variations.filter(({ isControl }) => isControl);
  if (verdict === 'strong_loss' || verdict === 'directional_loss') {
    return controls.length === 1 ? (controls[0] as VariationResult) : null;
  }
  if (verdict !== 'strong_win' && verdict !== 'directional_win') {
    return null;
  }
  const challengers = variations.filter(({ isControl }) => !isControl);
  const chance = Math.max(...challengers.map((each) => each.probabilityToBeatBaseline ?? -1));
  const best = challengers.filter((each) => (each.probabilityToBeatBaseline ?? -1) === chance);
  return best.length === 1 ? (best[0] as VariationResult) : null;
}
