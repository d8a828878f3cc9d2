/** A time without a time zone, as a browser's form writes it. */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/;

/**
 * Reads a time in ISO 8601, in UTC unless it names a time zone, or a day in UTC. Gives milliseconds since 1970; null
 * for anything else.
 */
export function writtenTime(written: string): number | null {
  const at = Date.parse(WITHOUT_ZONE.test(written) ? `${written}Z` : written);
  return Number.isNaN(at) ? null : at;
}
