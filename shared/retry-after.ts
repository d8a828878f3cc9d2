/** A wait that another side asks for is never shorter or longer than this, milliseconds. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 24 * 60 * 60_000;

/**
 * How long a response asks to wait, in whole milliseconds: at least a second, at most a day. Null if there is no
 * `Retry-After` or it cannot be read, so that the caller's own backoff decides.
 *
 * `Retry-After` is a number of seconds or a date (RFC 9110, section 10.2.3). Decimals are accepted, because many
 * services send them. A date is compared with the response's own `Date` header: this machine's clock may be wrong.
 *
 * @param value the `Retry-After` header
 * @param date the `Date` header of the same response; null if there is none
 * @param now milliseconds since 1970, used if `date` is missing or cannot be read
 */
export function retryAfterMs(value: string | null, date: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  // A proxy may have joined two headers to “30, 30”.
  const seconds = /^(-?\d+(?:\.\d+)?)(?:\s*,.*)?$/.exec(text)?.[1];
  if (seconds !== undefined) {
    return boundedDelay(Number(seconds) * 1_000);
  }
  const until = httpDate(text);
  return until === null ? null : boundedDelay(until - (httpDate(date ?? '') ?? now));
}

/** A wait that was asked for in another way, such as a field of a JSON body, within the same bounds. In milliseconds. */
export function boundedDelay(ms: number): number {
  return Math.ceil(Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS));
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete `Sunday, 06-Nov-94 08:49:37 GMT`. */
const DAY_FIRST =
  /^(?:[a-z]+,? +)?(?<day>\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\d{4}|\d{2}) +(?<time>\d{2}:\d{2}:\d{2})(?: *(?:GMT|UTC|Z|[+-]00:?00))?$/i;

/** The obsolete form of C's asctime(): `Sun Nov  6 08:49:37 1994`. */
const MONTH_FIRST =
  /^[a-z]+ +(?<month>[a-z]{3}) +(?<day>\d{1,2}) +(?<time>\d{2}:\d{2}:\d{2}) +(?<year>\d{4})$/i;

const ISO = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})$/i;

/**
 * Reads a date of HTTP in any of the three forms of RFC 9110, section 5.6.7, and ISO 8601 with a time zone.
 * Gives milliseconds since 1970; null if the text is not such a date. All forms of HTTP are in UTC, even the one that
 * does not say so, which `Date.parse` would take for local time.
 */
export function httpDate(text: string): number | null {
  const found = (DAY_FIRST.exec(text.trim()) ?? MONTH_FIRST.exec(text.trim()))?.groups;
  if (found === undefined) {
    const time = ISO.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
    return Number.isNaN(time) ? null : time;
  }
  const month = MONTHS.indexOf(String(found.month).toLowerCase());
  const [hour = 0, minute = 0, second = 0] = String(found.time).split(':').map(Number);
  const time = Date.UTC(fullYear(String(found.year)), month, Number(found.day), hour, minute, second);
  return month === -1 || Number.isNaN(time) ? null : time;
}

/** A year of two digits that would be more than 50 years ahead is in the past (RFC 9110, section 5.6.7). */
function fullYear(year: string): number {
  if (year.length > 2) {
    return Number(year);
  }
  const thisCentury = 2000 + Number(year);
  return thisCentury > new Date().getUTCFullYear() + 50 ? thisCentury - 100 : thisCentury;
}
