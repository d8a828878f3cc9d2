/**
 * How long something waits that is due at a time, in milliseconds: as long as was decided, or less, even if the clock
 * was set back since the decision.
 *
 * @param dueAt the time that was decided on, milliseconds since 1970
 * @param decidedAt when it was decided, by the same clock
 */
export function waitMs(dueAt: number, decidedAt: number, now = Date.now()): number {
  return Math.max(0, Math.min(dueAt - decidedAt, dueAt - now));
}
