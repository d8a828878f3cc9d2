import type { Bundle, PlainOutputField, Search, ZObject } from 'zapier-platform-core';
import type { Analytics, Metric } from '../../shared/intelligems-analytics.ts';
import { cautions, verdictWords } from '../../shared/verdict-words.ts';
import { succeeded } from '../failures.ts';
import { EXPERIENCE_FIELD } from '../fields/input.ts';
import { outputFields } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

/** One variation's figures as a line item. Shares are in percent. */
interface VariationLine {
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

interface ZapierResults {
  id: string;
  experience_name: string;
  verdict: string;
  verdict_words: string;
  advice: string | null;
  caution: string | null;
  runtime_days: number | null;
  best_variation: string | null;
  /** For “End Experience”, as its winning variation. */
  best_variation_id: string | null;
  monthly_revenue_increase: number | null;
  currency: string | null;
  variations: VariationLine[];
}

const VARIATION_LABELS: Record<keyof VariationLine, Omit<PlainOutputField, 'key'>> = {
  id: { label: 'Variation ID', type: 'string' },
  name: { label: 'Variation Name', type: 'string' },
  is_control: { label: 'Variation Is Control', type: 'boolean' },
  visitors: { label: 'Visitors', type: 'integer' },
  orders: { label: 'Orders', type: 'integer' },
  conversion_rate: { label: 'Conversion Rate (%)', type: 'number' },
  revenue_per_visitor: { label: 'Revenue per Visitor', type: 'number' },
  profit_per_visitor: { label: 'Profit per Visitor', type: 'number' },
  uplift: { label: 'Uplift of Revenue per Visitor (%)', type: 'number' },
  uplift_low: { label: 'Uplift, Low End (%)', type: 'number' },
  uplift_high: { label: 'Uplift, High End (%)', type: 'number' },
  probability_to_beat_baseline: { label: 'Probability to Beat the Baseline (%)', type: 'number' },
};

const LABELS: Record<keyof ZapierResults, Omit<PlainOutputField, 'key'>> = {
  experience_name: { label: 'Experience Name', type: 'string' },
  verdict: { label: 'Verdict', type: 'string' },
  verdict_words: { label: 'Verdict in Words', type: 'string' },
  advice: { label: 'Advice', type: 'string' },
  caution: { label: 'Caution', type: 'string' },
  runtime_days: { label: 'Days of Runtime', type: 'number' },
  best_variation: { label: 'Best Variation', type: 'string' },
  best_variation_id: { label: 'Best Variation ID', type: 'string' },
  monthly_revenue_increase: { label: 'Estimated Monthly Revenue Increase', type: 'number' },
  currency: { label: 'Currency', type: 'string' },
  variations: { label: 'Variations', children: outputFields(VARIATION_LABELS) },
  id: { label: 'Experience ID', type: 'string' },
};

/** The results of an experience for a Zap. */
export function zapierResults(
  analytics: Analytics,
  experience: { id: string; name: string; currency: string | null },
): ZapierResults {
  return {
    id: experience.id,
    experience_name: experience.name,
    verdict: analytics.verdict ?? 'none',
    verdict_words: verdictWords(analytics.verdict),
    advice: analytics.advice,
    caution: cautions(analytics).join(' ') || null,
    runtime_days: analytics.runtimeDays,
    best_variation: analytics.bestChallenger,
    best_variation_id: analytics.variations.find(({ name }) => name === analytics.bestChallenger)?.id ?? null,
    monthly_revenue_increase: analytics.monthlyRevenueIncrease,
    currency: experience.currency,
    variations: analytics.variations.map((variation) => ({
      id: variation.id,
      name: variation.name,
      is_control: variation.isControl,
      visitors: variation.visitors,
      orders: variation.orders,
      conversion_rate: percent(variation.conversion.value),
      revenue_per_visitor: money(variation.revenuePerVisitor),
      profit_per_visitor: money(variation.profitPerVisitor),
      uplift: percent(variation.revenuePerVisitor.uplift?.value),
      uplift_low: percent(variation.revenuePerVisitor.uplift?.low),
      uplift_high: percent(variation.revenuePerVisitor.uplift?.high),
      probability_to_beat_baseline: percent(
        variation.isControl ? null : variation.revenuePerVisitor.probability,
      ),
    })),
  };
}

function percent(fraction: number | null | undefined): number | null {
  return fraction === null || fraction === undefined ? null : Number((fraction * 100).toFixed(2));
}

function money({ value }: Metric): number | null {
  return value === null ? null : Number(value.toFixed(4));
}

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierResults[]> {
  const { experience_id: id } = bundle.inputData as { experience_id: string };
  const api = intelligems(z, bundle);
  const experience = await api.experience(id);
  if (!experience.ok && experience.failure.reason === 'not found') {
    return [];
  }
  const { name = '', currency = null } = succeeded(z, experience);
  return [zapierResults(succeeded(z, await api.analytics(id)), { id, name, currency })];
}

const { experience: sampled } = sampleWebhook('endExperience');

const SAMPLE: ZapierResults = {
  id: sampled.id,
  experience_name: sampled.name ?? '',
  verdict: 'directional_win',
  verdict_words: verdictWords('directional_win'),
  advice: 'Roll out the winning variation.',
  caution: null,
  runtime_days: 22,
  best_variation: 'Price −5 %',
  best_variation_id: sampled.variations[1]?.id ?? null,
  monthly_revenue_increase: 2400,
  currency: sampled.currency ?? null,
  variations: [
    {
      id: sampled.variations[0]?.id ?? '',
      name: 'Control',
      is_control: true,
      visitors: 8021,
      orders: 241,
      conversion_rate: 3,
      revenue_per_visitor: 2.41,
      profit_per_visitor: 0.98,
      uplift: null,
      uplift_low: null,
      uplift_high: null,
      probability_to_beat_baseline: null,
    },
    {
      id: sampled.variations[1]?.id ?? '',
      name: 'Price −5 %',
      is_control: false,
      visitors: 7988,
      orders: 272,
      conversion_rate: 3.41,
      revenue_per_visitor: 2.6,
      profit_per_visitor: 1.01,
      uplift: 7.9,
      uplift_low: -2.1,
      uplift_high: 18.4,
      probability_to_beat_baseline: 93.2,
    },
  ],
};

/** Looks up what came of an experience, or how it stands. */
export const experienceResults: Search = {
  key: 'experience_results',
  noun: 'Result',
  display: {
    label: 'Get Experience Results',
    description: 'Finds the results of an experience: the verdict, and the figures of each variation.',
  },
  operation: {
    inputFields: [{ ...EXPERIENCE_FIELD, required: true, search: 'find_experience.id' }],
    outputFields: outputFields(LABELS),
    sample: { ...SAMPLE },
    perform,
  },
};
