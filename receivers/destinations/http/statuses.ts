/**
 * Reads a list of HTTP statuses, such as “200-299, 409” or “2xx”.
 *
 * @returns ranges, both ends included; null if the text is not such a list
 */
export function parseStatuses(text: string): [number, number][] | null {
  const ranges: [number, number][] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const found = /^(?:(?<from>[2-5]\d\d)(?:\s*-\s*(?<to>[2-5]\d\d))?|(?<hundred>[2-5])xx)$/i.exec(
      part,
    )?.groups;
    if (found === undefined) {
      return null;
    }
    const from = Number(found.from ?? `${found.hundred}00`);
    const to = Number(found.to ?? (found.hundred === undefined ? from : `${found.hundred}99`));
    if (from > to) {
      return null;
    }
    ranges.push([from, to]);
  }
  return ranges;
}

/** Whether a status is in a list of statuses. */
export function isSuccess(status: number, text: string): boolean {
  return (parseStatuses(text) ?? []).some(([from, to]) => from <= status && status <= to);
}
