import { isRecord } from '../../shared/events.ts';
import { cut } from '../../shared/words.ts';

/** A difference in words, and whether only the vendor's bookkeeping causes it. */
export interface Difference {
  words: string;
  bookkeeping: boolean;
}

/** Below this depth, a difference is mentioned without details. */
const DEEPEST = 4;
/** If more entries of a list or object differ, the difference is mentioned without details. */
const MOST_ENTRIES = 40;
/** A value is shown as far as this, in characters. */
const LONGEST_VALUE = 60;

/**
 * What differs between two values of a field, one difference each: “description “Old” → “New””, “audience
 * countries: added CA”, “added audience rule: country is US”. Nothing where they are the same.
 *
 * @param field the field's name in the document, such as `startedAtTs`
 */
export function fieldDifferences(field: string, before: unknown, after: unknown): Difference[] {
  return describe({
    field,
    name: fieldWords(field),
    before,
    after,
    depth: 1,
    bookkeeping: isBookkeeping(field),
  });
}

interface Compared {
  /** The last name of the path. */
  field: string;
  /** The whole path in words. */
  name: string;
  before: unknown;
  after: unknown;
  depth: number;
  bookkeeping: boolean;
}

function describe(compared: Compared): Difference[] {
  const { field, name, before, after, bookkeeping } = compared;
  const worded = (...words: string[]): Difference[] => words.map((each) => ({ words: each, bookkeeping }));
  if (same(before, after)) {
    return [];
  }
  if (listed(before) && listed(after) && (Array.isArray(before) || Array.isArray(after))) {
    return worded(...listWords(name, entries(before), entries(after)));
  }
  if (isRecord(before) && isRecord(after)) {
    return describeRecords(compared, before, after);
  }
  if (simple(before) && simple(after)) {
    if (absent(before)) {
      return worded(`${name}${/\bat$/.test(name) ? '' : ' set to'} ${valueWords(field, after)}`);
    }
    return worded(
      absent(after)
        ? `${name} ${valueWords(field, before)} removed`
        : `${name} ${valueWords(field, before)} → ${valueWords(field, after)}`,
    );
  }
  if (absent(before)) {
    return worded(`added ${name}${labelled(after)}`);
  }
  return worded(absent(after) ? `removed ${name}${labelled(before)}` : `${name} changed`);
}

function describeRecords(
  { name, depth, bookkeeping }: Compared,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Difference[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (depth >= DEEPEST || fields.length > MOST_ENTRIES) {
    return [{ words: `${name} changed`, bookkeeping }];
  }
  return fields.flatMap((field) =>
    describe({
      field,
      name: `${name} ${fieldWords(field)}`,
      before: Object.hasOwn(before, field) ? before[field] : undefined,
      after: Object.hasOwn(after, field) ? after[field] : undefined,
      depth: depth + 1,
      bookkeeping: bookkeeping || isBookkeeping(field),
    }),
  );
}

function listed(value: unknown): boolean {
  return Array.isArray(value) || absent(value);
}

function entries(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function listWords(name: string, before: unknown[], after: unknown[]): string[] {
  const [earlier, later] = withoutCommonEnds(before, after);
  if (earlier.length > MOST_ENTRIES || later.length > MOST_ENTRIES) {
    return [`${name} changed (${before.length} → ${after.length})`];
  }
  const removed = earlier.filter((entry) => !later.some((other) => same(entry, other)));
  const added = later.filter((entry) => !earlier.some((other) => same(entry, other)));
  if (removed.length === 0 && added.length === 0) {
    return [`${name} in another order`];
  }
  if ([...removed, ...added].every(simple)) {
    const list = (values: unknown[]): string => values.map((value) => plain(String(value))).join(', ');
    const words = [
      added.length > 0 && `added ${list(added)}`,
      removed.length > 0 && `removed ${list(removed)}`,
    ];
    return [`${name}: ${words.filter(Boolean).join(', ')}`];
  }
  return recordListWords(name, removed, added);
}

/** Entries that are objects: those with the same id have changed, the others were added or removed. */
function recordListWords(name: string, removed: unknown[], added: unknown[]): string[] {
  const id = (entry: unknown): unknown => (isRecord(entry) ? entry.id : undefined);
  const stays = (entry: unknown, others: unknown[]): boolean =>
    id(entry) !== undefined && others.some((other) => id(other) === id(entry));
  const one = singular(name);
  return [
    ...added.map((entry) => (stays(entry, removed) ? `changed ${one}` : `added ${one}`) + labelled(entry)),
    ...removed.filter((entry) => !stays(entry, added)).map((entry) => `removed ${one}${labelled(entry)}`),
  ];
}

function withoutCommonEnds(before: unknown[], after: unknown[]): [unknown[], unknown[]] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && same(before[start], after[start])) {
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && same(before.at(-1 - end), after.at(-1 - end))) {
    end += 1;
  }
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
}

const NAMES = ['name', 'title', 'label', 'code', 'url', 'path'];
/** How many values are shown for an object that has no name. */
const MOST_LABELS = 4;

/** What identifies an entry, after a colon: its name, else its plain values: “: country is US”. */
function labelled(entry: unknown): string {
  if (simple(entry)) {
    return `: ${plain(String(entry))}`;
  }
  if (!isRecord(entry)) {
    return '';
  }
  const named = NAMES.map((field) => entry[field]).find((value) => typeof value === 'string' && value !== '');
  if (named !== undefined) {
    return `: ${quoted(String(named))}`;
  }
  const values: string[] = [];
  for (const field of Object.keys(entry).slice(0, MOST_ENTRIES)) {
    const value = entry[field];
    const list = Array.isArray(value) && value.length > 0 && value.length <= 10 && value.every(simple);
    if (!/id$/i.test(field) && ((simple(value) && !absent(value)) || list) && values.length < MOST_LABELS) {
      values.push(plain(Array.isArray(value) ? value.join(', ') : String(value)));
    }
  }
  return values.length === 0 ? '' : `: ${values.join(' ')}`;
}

/**
 * Whether two values of JSON are the same, where missing, null and empty ones count as equal. Walks with a
 * stack of its own, because a hostile document may be nested deeper than calls can be.
 */
export function same(before: unknown, after: unknown): boolean {
  const pairs: [unknown, unknown][] = [[before, after]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [one, other] = pair;
    if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length !== other.length) {
        return false;
      }
      for (let index = 0; index < one.length; index += 1) {
        pairs.push([one[index], other[index]]);
      }
    } else if (isRecord(one) && isRecord(other)) {
      for (const field of Object.keys(one)) {
        pairs.push([one[field], Object.hasOwn(other, field) ? other[field] : undefined]);
      }
      for (const field of Object.keys(other)) {
        if (!Object.hasOwn(one, field)) {
          pairs.push([undefined, other[field]]);
        }
      }
    } else if (one !== other && !(absent(one) && absent(other))) {
      return false;
    }
  }
  return true;
}

/** Whether there is nothing to see in a value: missing, null, an empty text, list or object. */
export function absent(value: unknown): boolean {
  if (value === undefined || value === null || value === '') {
    return true;
  }
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

/** Whether a value can be shown as it is. */
function simple(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

const BOOKKEEPING = new Set(['experienceActions', 'version', 'revision', '__v', 'etag', 'hash', 'checksum']);

/** Whether only the vendor's bookkeeping sets a field of this name. */
function isBookkeeping(field: string): boolean {
  return (
    BOOKKEEPING.has(field) ||
    /^(?:last)?(?:updated?|modified|synced|created)(?:At|On|By|Date)?(?:Ts)?$/i.test(field)
  );
}

/** A field's name in words: `startedAtTs` is “started at”, `isPreview` “preview”. */
function fieldWords(field: string): string {
  const words = field
    .slice(0, LONGEST_VALUE)
    .replace(/(?<=[a-z])Ts$/, '')
    .replace(/^is(?=[A-Z])/, '')
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
  return plain(words) || 'a field without a name';
}

/** The year 2001 and the year 2286 in milliseconds: a number between them in a field of times is a time. */
const TIMES = { from: 1e12, to: 1e13 };

function valueWords(field: string, value: unknown): string {
  if (typeof value === 'boolean') {
    return value ? 'yes' : 'no';
  }
  if (typeof value === 'number') {
    const isTime = /(?:Ts|At|Date|Time|On)$/.test(field) && value >= TIMES.from && value < TIMES.to;
    return isTime ? `${new Date(value).toISOString().slice(0, 16).replace('T', ' ')} UTC` : String(value);
  }
  return quoted(String(value));
}

/** A text in quotation marks, on one line and cut. */
export function quoted(text: string): string {
  return `“${plain(text)}”`;
}

/** A text on one line, without control characters, cut. */
function plain(text: string): string {
  return cut(
    text
      .slice(0, 10 * LONGEST_VALUE)
      .replaceAll(/[\s\p{Cc}]+/gu, ' ')
      .trim(),
    LONGEST_VALUE,
  );
}
