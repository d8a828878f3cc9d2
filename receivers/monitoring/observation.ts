import type { Analytics, VariationAnalytics } from '../../shared/intelligems-analytics.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { Finding, HealthPoint, OpenAlarm } from '../contract/health.ts';
import type { Figures } from '../experience/figures.ts';
import type { HealthLimits } from './limits.ts';

/** What is known of a running experience at one check. Times are milliseconds since 1970, by the vendor's clock. */
export interface Observation {
  experience: ApiExperience;
  /** Since the experience started. Null if Intelligems has no figures for it. */
  analytics: Analytics | null;
  /** Since the shares were changed last. The same as `analytics` if they were not. */
  sinceShares: Analytics | null;
  /** When they were changed last; null if they were not. */
  sharesSince: number | null;
  /** How long it has been live, pauses left out, in milliseconds. */
  liveMs: number;
  /** Earlier checks, oldest first. */
  points: readonly HealthPoint[];
  /** An alarm is over only when its condition is clearly gone, so the rules need to know which are open. */
  alarms: readonly OpenAlarm[];
  now: number;
}

/** One check. Pure: what it says depends on nothing but the observation and the limits. */
export type Rule = (observed: Observation, limits: HealthLimits, figures: Figures) => Finding[];

/** A variation with its configured share and its figures. */
export interface Observed {
  id: string;
  name: string;
  isControl: boolean;
  /** 0 to 1; null if the experience does not say. */
  share: number | null;
  visitors: number;
  orders: number;
  figures: VariationAnalytics | null;
}

/**
 * The variations with their figures, in the order of the experience. A variation that the figures lack has had no
 * visitor: Intelligems lists those that were seen. Null if Intelligems does not say how many visitors there were.
 */
export function observedVariations(
  experience: ApiExperience,
  analytics: Analytics | null,
): Observed[] | null {
  const rows = analytics?.variations ?? [];
  if (analytics === null || (rows.length > 0 && rows.every(({ visitors }) => visitors === null))) {
    return null;
  }
  const measured = new Map(rows.map((each) => [each.id, each]));
  return experience.variations.map(({ id = '', name, isControl, percentage }, index) => {
    const figures = measured.get(id) ?? null;
    return {
      id,
      name: name ?? figures?.name ?? `Variation ${index + 1}`,
      isControl: isControl ?? figures?.isControl ?? false,
      share: percentage === undefined ? null : percentage / 100,
      visitors: figures?.visitors ?? 0,
      orders: figures?.orders ?? 0,
      figures,
    };
  });
}

/** Whether an alarm of a check is open. */
export function isOpen(
  { alarms }: Pick<Observation, 'alarms'>,
  check: Finding['check'],
  about: string,
): boolean {
  return alarms.some((alarm) => alarm.check === check && alarm.about === about);
}

/** The name of a variation in quotation marks. */
export function quoted(name: string): string {
  return `“${name}”`;
}
