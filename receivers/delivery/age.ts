import type { AttemptRecord } from '../contract/ledger-reader.ts';
import { LONGEST_PAUSE_MS } from './backoff.ts';

/**
 * How long a delivery has been tried, in milliseconds: from its first attempt, or from the first one after it was
 * revived as a dead letter. Quiet hours and what it waited for before that do not count.
 *
 * The gap between two attempts counts as a day at most, which no wait exceeds: a clock that jumps ahead, or a
 * receiver that was off for a week, does not turn deliveries into dead letters.
 *
 * @param made the earlier attempts, oldest first
 * @param startedAt when the current attempt began, and `now`: milliseconds since 1970
 */
export function triedForMs(made: readonly AttemptRecord[], startedAt: number, now: number): number {
  const since = made.slice(made.findLastIndex(({ outcome }) => outcome === 'dead') + 1);
  const times = [...since.map((attempt) => attempt.startedAt), startedAt, now];
  return times.reduce((total, time, index) => {
    const gap = time - (times[index - 1] ?? time);
    return total + Math.min(Math.max(gap, 0), LONGEST_PAUSE_MS);
  }, 0);
}
