import { type CalendarDay, calendarDay, dayOfWeek, instantOf } from '../base/zoned-time.ts';
import { DAYS, type QuietHours } from './route.ts';

/** How many spans that follow each other are joined at most. */
const LONGEST_CHAIN = 14;

/**
 * When the current quiet hours end, or null if there are none now; both in milliseconds since 1970. If one span ends
 * as the next begins (Saturday and Sunday), the end of the last one counts.
 */
export function quietUntil(hours: QuietHours, now: number): number | null {
  let end = spanEnd(hours, now);
  for (let joined = 0; end !== null && joined < LONGEST_CHAIN; joined += 1) {
    const further = spanEnd(hours, end);
    if (further === null) {
      break;
    }
    end = further;
  }
  return end;
}

function spanEnd(hours: QuietHours, now: number): number | null {
  const today = calendarDay(now, hours.timeZone);
  for (const day of [today, today - 1]) {
    const span = spanOf(hours, day);
    if (span !== null && span.start <= now && now < span.end) {
      return span.end;
    }
  }
  return null;
}

function spanOf(
  { from, to, timeZone, days }: QuietHours,
  day: CalendarDay,
): { start: number; end: number } | null {
  if (!days.includes(DAYS[dayOfWeek(day)]!)) {
    return null;
  }
  const lastDay = to > from ? day : day + 1;
  return { start: instantOf(day, from, timeZone), end: instantOf(lastDay, to, timeZone) };
}
