import { isRecord } from './events.ts';

/** The vendor's verdicts, and two for results without one. */
export const VERDICTS = [
  'strong_win',
  'directional_win',
  'directional_loss',
  'strong_loss',
  'mixed_signals',
  'not_ready',
  'error',
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** A figure of one variation; what the vendor does not report is null. Rates are fractions: 0.031 is 3.1%. */
export interface Metric {
  value: number | null;
  low: number | null;
  high: number | null;
  /** Against the control; null for the control itself. Fractions. */
  uplift: { value: number; low: number | null; high: number | null } | null;
  /** 0 to 1: the probability to beat the control, else the one to be the best. */
  probability: number | null;
}

export interface VariationAnalytics {
  id: string;
  name: string;
  isControl: boolean;
  visitors: number | null;
  orders: number | null;
  conversion: Metric;
  revenuePerVisitor: Metric;
  /** Its values are null if the store has set no costs. */
  profitPerVisitor: Metric;
}

export interface Chart {
  title: string;
  /** The picture's URL, valid for 30 days; null if it came as data. */
  url: string | null;
  /** PNG in base64; null if it came as a URL. */
  data: string | null;
}

/** The answer of `POST /analytics/resource/{id}` with `view: overview`, as far as this project reads it. */
export interface Analytics {
  /** Null if none was requested, or the vendor has none. */
  verdict: Verdict | null;
  /** What the vendor advises, or why there is no verdict; null if it does not say. */
  advice: string | null;
  runtimeDays: number | null;
  /** The name of the best variation other than the control, as the verdict gives it. */
  bestChallenger: string | null;
  /** In the order in which the experience shows them, the control first. */
  variations: VariationAnalytics[];
  /** Over 30 days, in the store's currency. */
  monthlyRevenueIncrease: number | null;
  /** False if profit is not known because costs are missing. */
  costsKnown: boolean;
  charts: Chart[];
  document: Record<string, unknown>;
}

/** Reads an answer of the analytics. Never throws; null for an answer without metrics. */
export function readAnalytics(value: unknown): Analytics | null {
  if (!isRecord(value) || !Array.isArray(value.metrics)) {
    return null;
  }
  const result = record(value.testResult);
  const verdict = VERDICTS.find((each) => each === result.verdict) ?? null;
  return {
    verdict,
    advice: text(result.action_to_take) ?? text(result.reason),
    runtimeDays: figure(result.runtime_days),
    bestChallenger: text(record(record(result.primary_metric).best_challenger).variant),
    variations: readVariations(value.metrics, value.variations),
    monthlyRevenueIncrease: figure(record(value.impact).est_monthly_revenue_increase),
    costsKnown: value.cogsConfigured !== false,
    charts: list(value.graphs).map((graph) => ({
      title: text(graph.title) ?? '',
      url: text(graph.url),
      data: text(graph.data),
    })),
    document: value,
  };
}

function readVariations(metrics: unknown[], variations: unknown): VariationAnalytics[] {
  const described = new Map(list(variations).map((each) => [each.id, each]));
  return metrics
    .filter(isRecord)
    .map((row, index) => {
      const variation = described.get(row.variation_id) ?? {};
      return {
        id: text(row.variation_id) ?? '',
        name: text(variation.name) ?? `Variation ${index + 1}`,
        isControl: variation.isControl === true,
        order: figure(variation.order) ?? index,
        visitors: readMetric(row.n_visitors).value,
        orders: readMetric(row.n_orders).value,
        conversion: readMetric(row.conversion_rate),
        revenuePerVisitor: readMetric(row.net_revenue_per_visitor),
        profitPerVisitor: readMetric(row.gross_profit_per_visitor),
      };
    })
    .sort((one, other) => Number(other.isControl) - Number(one.isControl) || one.order - other.order)
    .map(({ order: _, ...variation }) => variation);
}

function readMetric(value: unknown): Metric {
  const metric = isRecord(value) ? value : { value };
  const uplift = record(metric.uplift);
  const gain = figure(uplift.value);
  return {
    value: figure(metric.value),
    low: figure(metric.ci_low),
    high: figure(metric.ci_high),
    uplift: gain === null ? null : { value: gain, low: figure(uplift.ci_low), high: figure(uplift.ci_high) },
    probability: figure(metric.p2bc) ?? figure(metric.p2bb),
  };
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

function figure(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
