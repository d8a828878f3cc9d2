import { isRecord } from '../../shared/events.ts';
import type { ApiExperience, ChangeLogEntry } from '../../shared/intelligems-experiences.ts';
import type { CheckedVariation } from '../contract/health.ts';

/** The variations of an experience, as a check keeps them. */
export function checkedVariations({ variations }: Pick<ApiExperience, 'variations'>): CheckedVariation[] {
  return variations.map(({ id = '', name, isControl, percentage }, index) => ({
    id,
    name: name ?? `Variation ${index + 1}`,
    isControl: isControl ?? false,
    percentage: percentage ?? null,
  }));
}

/** Whether two lists of variations divide the traffic the same way. */
export function haveSameShares(
  one: readonly CheckedVariation[],
  other: readonly CheckedVariation[],
): boolean {
  const shareOf = (variations: readonly CheckedVariation[], id: string): number | null =>
    variations.find((each) => each.id === id)?.percentage ?? null;
  const ids = new Set([...one, ...other].map(({ id }) => id));
  return [...ids].every((id) => (shareOf(one, id) ?? 0) === (shareOf(other, id) ?? 0));
}

/**
 * When the shares were changed last after the start, by the vendor's change log (its 20 newest entries); null if it
 * does not say that they were. Milliseconds since 1970.
 */
export function sharesChangedAt(changeLog: readonly ChangeLogEntry[], startedAt: number): number | null {
  const times = changeLog
    .filter(({ at, change }) => at > startedAt && changesShares(change))
    .map(({ at }) => at);
  return times.length === 0 ? null : Math.max(...times);
}

/** Whether a deploy changed a share, or added or removed a variation. */
function changesShares({ variations }: Record<string, unknown>): boolean {
  return (Array.isArray(variations) ? variations.filter(isRecord) : []).some(
    ({ changedFields, previous, updated }) =>
      !isRecord(previous) ||
      !isRecord(updated) ||
      (Array.isArray(changedFields) && changedFields.includes('percentage')),
  );
}
