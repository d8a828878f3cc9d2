import type { Bundle, PlainOutputField, Search, ZObject } from 'zapier-platform-core';
import { experienceLink } from '../../shared/experience-link.ts';
import type { Analytics } from '../../shared/intelligems-analytics.ts';
import type { IntelligemsApi } from '../../shared/intelligems-api.ts';
import type { ApiResult } from '../../shared/intelligems-failure.ts';
import { verdictWords } from '../../shared/verdict-words.ts';
import {
  type ZapierResults,
  type ZapierVariationResult,
  zapierResults,
} from '../../shared/zapier-results.ts';
import { found, succeeded } from '../failures.ts';
import { enteredId } from '../fields/entered.ts';
import { requiredExperience } from '../fields/experience.ts';
import { outputFields, RESULT_LABELS } from '../fields/output.ts';
import { chartImage } from '../hydrators/chart.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

/** The chart that is asked for, under the vendor's name. */
const CHARTS = ['net_revenue_per_visitor'];

/** The results, with the chart's picture as a file that is fetched only if a later step uses it. */
interface FoundResults extends ZapierResults {
  chart_image: string | null;
}

async function perform(z: ZObject, bundle: Bundle): Promise<FoundResults[]> {
  const id = enteredId(z, 'Experience', bundle.inputData.experience_id);
  if (id === null) {
    return [];
  }
  const api = intelligems(z, bundle);
  const [document, analytics] = await Promise.all([api.experience(id), analyticsWithChart(api, id)]);
  const experience = await found(z, api, document);
  if (experience === null) {
    return [];
  }
  const results = zapierResults(succeeded(z, analytics), {
    id,
    name: experience.name ?? '',
    currency: experience.currency ?? null,
    link: experienceLink(experience),
  });
  return [{ ...results, chart_image: chartOf(z, results) }];
}

/** Results without a chart are better than none. */
async function analyticsWithChart(api: IntelligemsApi, id: string): Promise<ApiResult<Analytics>> {
  const withChart = await api.analytics(id, { charts: CHARTS });
  return !withChart.ok && withChart.failure.reason === 'invalid' ? api.analytics(id) : withChart;
}

function chartOf(z: ZObject, { chart_url: url, experience_name: name }: ZapierResults): string | null {
  return url === null ? null : z.dehydrateFile(chartImage, { url, name: `${name || 'Results'}.png` });
}

const { experience: sampled } = sampleWebhook('endExperience');
const [control, challenger] = sampled.variations;

const SAMPLE_VARIATIONS: ZapierVariationResult[] = [
  {
    id: control?.id ?? '',
    name: control?.name ?? 'Control',
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
    id: challenger?.id ?? '',
    name: challenger?.name ?? 'Variation 1',
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
];

/** What the editor shows before there are real results. */
export const SAMPLE_RESULTS: ZapierResults = {
  id: sampled.id,
  experience_name: sampled.name ?? '',
  verdict: 'directional_win',
  verdict_words: verdictWords('directional_win'),
  advice: 'Roll out the winning variation.',
  caution: null,
  recommended_variation: challenger?.name ?? null,
  recommended_variation_id: challenger?.id ?? null,
  runtime_days: 22,
  best_variation: challenger?.name ?? null,
  best_variation_id: challenger?.id ?? null,
  monthly_revenue_increase: 2400,
  currency: sampled.currency ?? null,
  link: experienceLink(sampled),
  chart_url: 'https://api.intelligems.io/charts/example.png',
  variation_lines: [
    `${control?.name}: 8,021 visitors, 241 orders, 3% conversion, 2.41 per visitor`,
    `${challenger?.name}: 7,988 visitors, 272 orders, 3.41% conversion, 2.60 per visitor, +7.9% uplift, 93.2% likely to beat the control`,
  ].join('\n'),
  variations: SAMPLE_VARIATIONS,
};

const CHART_IMAGE: PlainOutputField = { key: 'chart_image', label: 'Chart Image', type: 'string' };

/** Finds the results of an experience, running or ended. */
export const experienceResults: Search = {
  key: 'experience_results',
  noun: 'Result',
  display: {
    label: 'Find Experience Results',
    description: 'Finds the results of an experience: the verdict, and the figures of each variation.',
  },
  operation: {
    inputFields: [requiredExperience()],
    outputFields: [...outputFields(RESULT_LABELS), CHART_IMAGE],
    sample: { ...SAMPLE_RESULTS, chart_image: SAMPLE_RESULTS.chart_url },
    perform,
  },
};
