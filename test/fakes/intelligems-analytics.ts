import { type FakeExperience, fullVariations, type Measured } from './intelligems-documents.ts';

/** The share of a normal distribution below `z`, by the logistic approximation. */
function below(z: number): number {
  return 1 / (1 + Math.exp(-1.702 * z));
}

/** One figure with its interval, and with its uplift over the control if there is one. */
function metric(value: number, spread: number, control: { value: number; spread: number } | null) {
  const plusMinus = 1.96 * spread;
  const interval = {
    value,
    ci_low: value - plusMinus,
    ci_high: value + plusMinus,
    plus_minus: plusMinus,
  };
  if (control === null || control.value === 0) {
    return { ...interval, p2bb: 0.5 };
  }
  const difference = Math.hypot(spread, control.spread) || Number.EPSILON;
  const probability = below((value - control.value) / difference);
  const gain = value / control.value - 1;
  const gainPlusMinus = (1.96 * difference) / control.value;
  return {
    ...interval,
    p2bb: probability,
    p2bc: probability,
    uplift: {
      value: gain,
      ci_low: gain - gainPlusMinus,
      ci_high: gain + gainPlusMinus,
      plus_minus: gainPlusMinus,
    },
  };
}

function rates({ visitors, orders, revenue, profit }: Measured) {
  const conversion = visitors === 0 ? 0 : orders / visitors;
  const deviation = visitors === 0 ? 0 : Math.sqrt((conversion * (1 - conversion)) / visitors);
  const perOrder = orders === 0 ? 0 : revenue / orders;
  const profitPerOrder = orders === 0 || profit === null ? 0 : profit / orders;
  return {
    conversion: { value: conversion, spread: deviation },
    revenue: { value: conversion * perOrder, spread: deviation * perOrder },
    profit: { value: conversion * profitPerOrder, spread: deviation * profitPerOrder },
  };
}

/** The answer of the analytics for `view: overview`. */
export function analyticsDocument(
  kept: FakeExperience,
  { now, chartUrl, charts, withVerdict, startMs }: ChartQuery,
): Record<string, unknown> {
  const { results } = kept;
  const all = measuredSince(kept, startMs);
  const costsKnown = all.every(({ profit }) => profit !== null);
  const control = all[kept.variations.findIndex(({ isControl }) => isControl)];
  const baseline = control === undefined ? null : rates(control);
  const metrics = kept.variations.map((variation, index) => {
    const measured = all[index] ?? { visitors: 0, orders: 0, revenue: 0, profit: 0 };
    const own = rates(measured);
    const against = variation.isControl ? null : baseline;
    return {
      variation_id: variation.id,
      n_visitors: { value: measured.visitors },
      n_orders: { value: measured.orders },
      net_revenue: { value: measured.revenue },
      conversion_rate: metric(own.conversion.value, own.conversion.spread, against?.conversion ?? null),
      net_revenue_per_visitor: metric(own.revenue.value, own.revenue.spread, against?.revenue ?? null),
      gross_profit_per_visitor: costsKnown
        ? metric(own.profit.value, own.profit.spread, against?.profit ?? null)
        : null,
    };
  });
  return {
    datasetId: 'variation_overview',
    latestRunTs: now,
    cogsConfigured: costsKnown,
    cogsCoveragePct: costsKnown ? 1 : 0,
    metrics,
    audienceOrder: [],
    histogram: [],
    kde: [],
    cdf: [],
    variations: fullVariations(kept),
    experienceId: kept.id,
    experienceName: kept.name,
    impact: { est_monthly_revenue_increase: results.monthlyRevenueIncrease },
    ...(charts.length === 0
      ? {}
      : {
          graphs: charts.map((key) => ({
            id: `${kept.id}-${key}`,
            key,
            type: 'bar',
            title: key.replaceAll('_', ' '),
            url: `${chartUrl}/${kept.id}/${key}.png`,
          })),
        }),
    ...(withVerdict ? { testResult: verdict(kept) } : {}),
  };
}

/** What was measured after `startMs`; all of it for null. */
function measuredSince({ results, earlier }: FakeExperience, startMs: number | null): Measured[] {
  const before = startMs === null ? undefined : earlier.findLast(({ at }) => at <= startMs);
  return results.measured.map((all, index) => {
    const then = before?.measured[index];
    return then === undefined
      ? all
      : {
          visitors: all.visitors - then.visitors,
          orders: all.orders - then.orders,
          revenue: all.revenue - then.revenue,
          profit: all.profit === null || then.profit === null ? null : all.profit - then.profit,
        };
  });
}

export interface ChartQuery {
  now: number;
  /** The base URL of the pictures. */
  chartUrl: string;
  charts: readonly string[];
  withVerdict: boolean;
  /** Milliseconds since 1970: nothing that was measured before. Null for everything. */
  startMs: number | null;
}

function verdict(kept: FakeExperience): Record<string, unknown> {
  const { verdict, runtimeDays, measured } = kept.results;
  if (verdict === 'error') {
    return { verdict, reason: 'The verdict could not be computed.' };
  }
  const orders = Object.fromEntries(
    kept.variations.map(({ name }, index) => [name, measured[index]?.orders ?? 0]),
  );
  if (verdict === 'not_ready') {
    return { verdict, runtime_days: runtimeDays, orders_per_variant: orders };
  }
  const challenger = kept.variations.find(({ isControl }) => !isControl);
  return {
    verdict,
    action_to_take: verdict.endsWith('win') ? 'Roll out the winning variation.' : 'Keep the control.',
    runtime_days: runtimeDays,
    orders_per_variant: orders,
    primary_metric: {
      key: 'net_revenue_per_visitor',
      best_challenger: {
        variant: challenger?.name ?? '',
        p2bb: null,
        uplift: null,
        uplift_ci_width: null,
        stability: { days_held: null, p2bb_stable: true, uplift_ci_converged: true },
      },
    },
    conflicting_metrics: [],
  };
}
