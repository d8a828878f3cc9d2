/**
 * Pairs what two sides report about the same moments, each with at most one of the other side, the nearest first:
 * two clocks differ a little about one moment, and moments of the same kind may follow each other
 * closely.
 *
 * @param ones with their times in milliseconds
 * @param others with theirs
 * @param toleranceMs pairs that lie further apart are none
 * @returns the other of each that has one
 */
export function pairNearest<One, Other>(
  ones: readonly { item: One; at: number }[],
  others: readonly { item: Other; at: number }[],
  toleranceMs: number,
): Map<One, Other> {
  const candidates = ones.flatMap((one) =>
    others.map((other) => ({ one: one.item, other: other.item, distance: Math.abs(one.at - other.at) })),
  );
  candidates.sort((nearer, further) => nearer.distance - further.distance);
  const pairs = new Map<One, Other>();
  const taken = new Set<Other>();
  for (const { one, other, distance } of candidates) {
    if (distance <= toleranceMs && !pairs.has(one) && !taken.has(other)) {
      pairs.set(one, other);
      taken.add(other);
    }
  }
  return pairs;
}

/** How far a webhook's time and the vendor's record of the same action may lie apart, milliseconds. */
const SAME_ACTION_MS = 10 * 60_000;

/** That distance for an action of webhooks; an experience is deleted only once, whenever that is noticed. */
export function sameActionMs(action: string | null): number {
  return action === 'deleteExperience' ? Number.POSITIVE_INFINITY : SAME_ACTION_MS;
}
