import type { Analytics, Metric, VariationAnalytics } from './intelligems-analytics.ts';
import { cautions, verdictWords } from './verdict-words.ts';

/** One variation's figures as a line item. Shares are in percent; null for what Intelligems does not report. */
export interface ZapierVariationResult {
  id: string;
  name: string;
  is_control: boolean;
  visitors: number | null;
  orders: number | null;
  conversion_rate: number | null;
  revenue_per_visitor: number | null;
  profit_per_visitor: number | null;
  uplift: number | null;
  uplift_low: number | null;
  uplift_high: number | null;
  probability_to_beat_baseline: number | null;
}

/** The results of an experience as a Zap gets them. */
export interface ZapierResults {
  id: string;
  experience_name: string;
  verdict: string;
  verdict_words: string;
  advice: string | null;
  caution: string | null;
  /** What the verdict supports: the winner on a win, the control on a loss, else null. */
  recommended_variation: string | null;
  /** For “End Experience”, as its winning variation. */
  recommended_variation_id: string | null;
  runtime_days: number | null;
  /** The best one other than the control, even if it lost. */
  best_variation: string | null;
  best_variation_id: string | null;
  monthly_revenue_increase: number | null;
  currency: string | null;
  /** The experience's page in Intelligems; null if it is not known. */
  link: string | null;
  chart_url: string | null;
  /** One line for each variation. */
  variation_lines: string;
  variations: ZapierVariationResult[];
}

/** The results of an experience for a Zap. */
export function zapierResults(
  analytics: Analytics,
  experience: { id: string; name: string; currency: string | null; link: string | null },
): ZapierResults {
  const recommended = recommendedVariation(analytics);
  const best = challengerNamed(analytics);
  const variations = analytics.variations.map(variationResult);
  return {
    id: experience.id,
    experience_name: experience.name,
    verdict: analytics.verdict ?? 'none',
    verdict_words: verdictWords(analytics.verdict),
    advice: analytics.advice,
    caution: cautions(analytics).join(' ') || null,
    recommended_variation: recommended?.name ?? null,
    recommended_variation_id: recommended?.id || null,
    runtime_days: analytics.runtimeDays,
    best_variation: analytics.bestChallenger,
    best_variation_id: best?.id || null,
    monthly_revenue_increase: analytics.monthlyRevenueIncrease,
    currency: experience.currency,
    link: experience.link,
    chart_url: analytics.charts.find(({ url }) => url !== null && /^https?:/i.test(url))?.url ?? null,
    variation_lines: variations.map((each) => resultLine(each, experience.currency)).join('\n'),
    variations,
  };
}

/** The variation that the verdict supports; null while it supports none. */
function recommendedVariation(analytics: Analytics): VariationAnalytics | null {
  switch (analytics.verdict) {
    case 'strong_win':
    case 'directional_win':
      return challengerNamed(analytics);
    case 'strong_loss':
    case 'directional_loss':
      return onlyOne(analytics.variations.filter(({ isControl }) => isControl));
    default:
      return null;
  }
}

/** The variation that the verdict names; null if it names none, or several have this name. */
function challengerNamed({ bestChallenger, variations }: Analytics): VariationAnalytics | null {
  return onlyOne(variations.filter(({ isControl, name }) => !isControl && name === bestChallenger));
}

function onlyOne<Item>(items: readonly Item[]): Item | null {
  return items.length === 1 ? (items[0] as Item) : null;
}

function variationResult(variation: VariationAnalytics): ZapierVariationResult {
  const { revenuePerVisitor } = variation;
  return {
    id: variation.id,
    name: variation.name,
    is_control: variation.isControl,
    visitors: variation.visitors,
    orders: variation.orders,
    conversion_rate: percent(variation.conversion.value),
    revenue_per_visitor: amount(revenuePerVisitor),
    profit_per_visitor: amount(variation.profitPerVisitor),
    uplift: percent(revenuePerVisitor.uplift?.value),
    uplift_low: percent(revenuePerVisitor.uplift?.low),
    uplift_high: percent(revenuePerVisitor.uplift?.high),
    probability_to_beat_baseline: percent(variation.isControl ? null : revenuePerVisitor.probability),
  };
}

function resultLine(variation: ZapierVariationResult, currency: string | null): string {
  const parts: [number | null, (value: number) => string][] = [
    [variation.visitors, (value) => `${count(value)} visitors`],
    [variation.orders, (value) => `${count(value)} orders`],
    [variation.conversion_rate, (value) => `${value}% conversion`],
    [
      variation.revenue_per_visitor,
      (value) => `${value.toFixed(2)}${currency === null ? '' : ` ${currency}`} per visitor`,
    ],
    [variation.uplift, (value) => `${value > 0 ? '+' : ''}${value}% uplift`],
    [variation.probability_to_beat_baseline, (value) => `${value}% likely to beat the control`],
  ];
  const figures = parts.flatMap(([value, words]) => (value === null ? [] : [words(value)]));
  return `${variation.name}: ${figures.length === 0 ? 'no figures yet' : figures.join(', ')}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(fraction: number | null | undefined): number | null {
  return fraction === null || fraction === undefined ? null : Number((fraction * 100).toFixed(2));
}

function amount({ value }: Metric): number | null {
  return value === null ? null : Number(value.toFixed(4));
}
