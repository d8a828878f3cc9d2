/** A day of the calendar, as `Date.UTC` counts: whole days since 1970-01-01. */
export type CalendarDay = number;

const DAY_MS = 86_400_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let found = formatters.get(timeZone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, found);
  }
  return found;
}

/** The wall-clock time of a time zone at an instant, as if it were UTC; both in milliseconds since 1970. */
export function wallClock(instant: number, timeZone: string): number {
  const read: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatter(timeZone).formatToParts(instant)) {
    read[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((instant % 1000) + 1000) % 1000);
}

/** The day of the calendar in a time zone at an instant (milliseconds since 1970). */
export function calendarDay(instant: number, timeZone: string): CalendarDay {
  return Math.floor(wallClock(instant, timeZone) / DAY_MS);
}

/** The day of the week: 0 for Sunday. */
export function dayOfWeek(day: CalendarDay): number {
  return new Date(day * DAY_MS).getUTCDay();
}

/**
 * The instant (milliseconds since 1970) at which clocks of a time zone show a number of minutes after midnight on a
 * day. A time that occurs twice, when daylight saving time ends, means the first one. A time that is skipped, when it
 * begins, is moved forward, as in Temporal's “compatible”
 * (https://tc39.es/proposal-temporal/docs/timezone.html#ambiguity-due-to-dst-or-other-time-zone-offset-changes).
 */
export function instantOf(day: CalendarDay, minutes: number, timeZone: string): number {
  const wanted = day * DAY_MS + minutes * 60_000;
  const before = wanted - offset(wanted - DAY_MS, timeZone);
  const after = wanted - offset(wanted + DAY_MS, timeZone);
  return [before, after].find((instant) => wallClock(instant, timeZone) === wanted) ?? before;
}

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offset(instant: number, timeZone: string): number {
  return wallClock(instant, timeZone) - instant;
}
