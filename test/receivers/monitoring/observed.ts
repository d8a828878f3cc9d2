import { settings } from '../../../receivers/config/settings/settings.ts';
import { figuresIn } from '../../../receivers/experience/figures.ts';
import type { Observation } from '../../../receivers/monitoring/observation.ts';
import type { Analytics } from '../../../shared/intelligems-analytics.ts';
import { readAnalytics } from '../../../shared/intelligems-analytics.ts';
import { type ApiExperience, readApiExperience } from '../../../shared/intelligems-experiences.ts';

export const LIMITS = settings.parse({}).health.limits;

export const FIGURES = figuresIn('en-US', 'USD');

const DAY_MS = 86_400_000;

/** One variation with its share in percent, and its figures as the API gives them. */
export interface GivenVariation {
  percentage?: number;
  visitors?: number | null;
  orders?: number;
  /** The uplift of conversion and revenue against the control, and the chance that it beats the control. */
  uplift?: number;
  chance?: number;
  functionSyncError?: boolean;
}

/** What a check sees of an experience with these variations, the first one the control. */
export function observed(
  variations: readonly GivenVariation[],
  rest: Partial<Observation> & { costs?: boolean } = {},
): Observation {
  const analytics = analyticsOf(variations, rest.costs ?? false);
  return {
    experience: experienceOf(variations),
    analytics,
    sinceShares: analytics,
    sharesSince: null,
    liveMs: 2 * DAY_MS,
    points: [],
    alarms: [],
    now: Date.UTC(2026, 8, 1),
    ...rest,
  };
}

function experienceOf(variations: readonly GivenVariation[]): ApiExperience {
  return readApiExperience({
    id: 'e-1',
    name: 'Backpack price test',
    variations: variations.map(({ percentage, functionSyncError }, index) => ({
      id: `v-${index}`,
      name: index === 0 ? 'Control' : `Price ${index}`,
      percentage,
      isControl: index === 0,
      order: index,
      functionSyncError,
    })),
  }) as ApiExperience;
}

function analyticsOf(variations: readonly GivenVariation[], costs: boolean): Analytics {
  const measured = variations.filter(({ visitors }) => visitors !== undefined);
  return readAnalytics({
    cogsConfigured: costs,
    variations: variations.map((_, index) => ({ id: `v-${index}`, isControl: index === 0, order: index })),
    metrics: measured.map(({ visitors, orders = 0, uplift, chance }) => {
      const metric = {
        value: 1,
        uplift:
          uplift === undefined ? undefined : { value: uplift, ci_low: uplift - 0.1, ci_high: uplift + 0.1 },
        p2bc: chance,
      };
      return {
        variation_id: `v-${variations.findIndex((each) => each.visitors === visitors && each.uplift === uplift)}`,
        n_visitors: { value: visitors },
        n_orders: { value: orders },
        conversion_rate: metric,
        net_revenue_per_visitor: metric,
        gross_profit_per_visitor: costs ? metric : null,
      };
    }),
  }) as Analytics;
}
