import type { ExperienceEvent, Variation } from '../../shared/events.ts';
import { alternatives } from '../base/setting-values.ts';
import { fitsPattern } from './pattern.ts';
import type { Conditions, Share } from './route.ts';

/** The conditions that an event does not meet, in words; empty if it meets all. */
export function failedConditions(conditions: Conditions, event: ExperienceEvent, source: string): string[] {
  const { experience, organization } = event;
  const { actions, share } = conditions;
  const failed: string[] = [];
  if (actions !== null && !actions.includes(event.action)) {
    failed.push(`the action is ${event.action}, not ${alternatives(actions)}`);
  }
  const texts: [string, string[] | null, (string | undefined)[]][] = [
    ['type', conditions.types, [experience.type]],
    ['category', conditions.categories, [experience.category]],
    ['status', conditions.statuses, [experience.status]],
    ['name', conditions.names, [experience.name]],
    ['source', conditions.sources, [source]],
    ['organization', conditions.organizations, [organization.name, organization.shopId, organization.id]],
  ];
  for (const [what, patterns, values] of texts) {
    const given = values.filter((value) => value !== undefined);
    if (
      patterns !== null &&
      !patterns.some((pattern) => given.some((value) => fitsPattern(pattern, value)))
    ) {
      const is =
        given.length === 0 ? 'missing' : given.map((value) => `“${value.slice(0, 100)}”`).join(' / ');
      failed.push(`the ${what} is ${is}, not ${alternatives(patterns)}`);
    }
  }
  if (share !== null && !hasShare(share, experience.variations)) {
    failed.push(`no variation other than the control gets ${share.atLeast}–${share.atMost}% of the traffic`);
  }
  return failed;
}

function hasShare({ atLeast, atMost }: Share, variations: readonly Variation[]): boolean {
  return variations.some(
    ({ isControl, percentage }) =>
      isControl !== true && percentage !== undefined && percentage >= atLeast && percentage <= atMost,
  );
}
