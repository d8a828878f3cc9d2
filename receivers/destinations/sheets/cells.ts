import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { cut } from '../../../shared/words.ts';

/** What stands in one cell. `serial`: days since 30 December 1899, as spreadsheets count time. */
export type Cell =
  | { type: 'empty' }
  | { type: 'text'; text: string }
  | { type: 'number'; number: number; pattern: string }
  | { type: 'time'; serial: number }
  | { type: 'formula'; formula: string; pattern: string; words: string };

export const EMPTY: Cell = { type: 'empty' };

/** More do not fit into a cell. https://support.google.com/drive/answer/37603 */
const CELL_CHARACTERS = 50_000;

const TIME_PATTERN = 'yyyy-mm-dd hh:mm:ss';

/** A literal text, cut to what a cell holds; an empty cell for none. */
export function textCell(text: string | null | undefined): Cell {
  return text === null || text === undefined || text === ''
    ? EMPTY
    : { type: 'text', text: cut(text, CELL_CHARACTERS) };
}

/** A number shown by a pattern such as `0.0%`; an empty cell for none. */
export function numberCell(number: number | null | undefined, pattern: string): Cell {
  return number === null || number === undefined || !Number.isFinite(number)
    ? EMPTY
    : { type: 'number', number, pattern };
}

/** A moment (milliseconds since 1970) as a date-time cell in the time zone; an empty cell for none. */
export function timeCell(ms: number | null | undefined, timeZone: string): Cell {
  const serial = ms === null || ms === undefined ? null : serialTime(ms, timeZone);
  return serial === null ? EMPTY : { type: 'time', serial };
}

const DAY_MS = 86_400_000;
const SERIAL_OF_1970 = 25_569;
/** The years that a date cell can hold, as milliseconds since 1970. */
const FIRST_MS = Date.UTC(1900, 0, 2);
const LAST_MS = Date.UTC(9999, 11, 30);

/**
 * The moment (milliseconds since 1970) as the clock of the time zone shows it, in days since 30 December
 * 1899 with the time as a fraction, to the second; null outside of the years 1900 to 9999.
 * https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values
 */
export function serialTime(ms: number, timeZone: string): number | null {
  if (ms < FIRST_MS || ms > LAST_MS) {
    return null;
  }
  const { year, month, day, hour, minute, second } = clock(ms, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) / DAY_MS + SERIAL_OF_1970;
}

/** What calendar and clock of the time zone show at a moment (milliseconds since 1970). */
export function clock(
  ms: number,
  timeZone: string,
): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number> {
  const shown: Record<string, number> = {};
  for (const { type, value } of clockFormat(timeZone).formatToParts(ms)) {
    shown[type] = Number(value);
  }
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return { year, month, day, hour, minute, second };
}

const formats = new Map<string, Intl.DateTimeFormat>();

function clockFormat(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: knownTimeZone(timeZone),
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** A spreadsheet may be set to an offset written as `GMT-07:00`, or to a zone that is unknown here. */
function knownTimeZone(timeZone: string): string {
  const named = timeZone.replace(/^GMT(?=[+-])/, '');
  try {
    new Intl.DateTimeFormat('en', { timeZone: named });
    return named;
  } catch {
    return 'UTC';
  }
}

/** The parts of a cell that `cellData` sets: the field mask of a write. */
export const CELL_FIELDS = 'userEnteredValue,userEnteredFormat.numberFormat';

/** The cell as the Sheets API takes it. Texts go as `stringValue`, so that none is ever a formula. */
export function cellData(cell: Cell): sheets_v4.Schema$CellData {
  switch (cell.type) {
    case 'empty':
      return {};
    case 'text':
      return { userEnteredValue: { stringValue: cell.text } };
    case 'number':
      return {
        userEnteredValue: { numberValue: cell.number },
        userEnteredFormat: { numberFormat: { type: 'NUMBER', pattern: cell.pattern } },
      };
    case 'time':
      return {
        userEnteredValue: { numberValue: cell.serial },
        userEnteredFormat: { numberFormat: { type: 'DATE_TIME', pattern: TIME_PATTERN } },
      };
    case 'formula':
      return {
        userEnteredValue: { formulaValue: cell.formula },
        userEnteredFormat: { numberFormat: { type: 'NUMBER', pattern: cell.pattern } },
      };
  }
}

/** The cell as a person sees it, for previews. */
export function cellWords(cell: Cell): string {
  switch (cell.type) {
    case 'empty':
      return '';
    case 'text':
      return cell.text;
    case 'number':
      return cell.pattern.endsWith('%') ? `${Number((cell.number * 100).toFixed(1))} %` : String(cell.number);
    case 'time':
      return new Date(Math.round((cell.serial - SERIAL_OF_1970) * DAY_MS))
        .toISOString()
        .slice(0, 19)
        .replace('T', ' ');
    case 'formula':
      return cell.words;
  }
}
