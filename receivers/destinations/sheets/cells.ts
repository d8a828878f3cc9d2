import type { sheets_v4 } from '@googleapis/sheets';
import { cut } from '../../../shared/words.ts';
import { wallClock } from '../../base/zoned-time.ts';

/** The content of one cell. `serial`: days since 30 December 1899, as spreadsheets count time. */
export type Cell =
  | { type: 'empty' }
  | { type: 'text'; text: string }
  | { type: 'number'; number: number; pattern: string }
  | { type: 'time'; serial: number }
  | { type: 'formula'; formula: string; pattern: string; words: string };

export const EMPTY: Cell = { type: 'empty' };

/** The most characters in a cell. https://support.google.com/drive/answer/37603 */
const CELL_CHARACTERS = 50_000;

const TIME_PATTERN = 'yyyy-mm-dd hh:mm:ss';

/** A text, never a formula, cut to what a cell holds; an empty cell for none. */
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
/** The first and last moment that a date cell can hold, milliseconds since 1970. */
const FIRST_MS = Date.UTC(1900, 0, 2);
const LAST_MS = Date.UTC(9999, 11, 30);

/**
 * The moment (milliseconds since 1970) as clocks of the time zone show it, in days since 30 December 1899 with the
 * time as a fraction, to the second; null outside of the years 1900 to 9999.
 * https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values
 */
export function serialTime(ms: number, timeZone: string): number | null {
  if (ms < FIRST_MS || ms > LAST_MS) {
    return null;
  }
  const seconds = Math.floor(wallClock(ms, knownTimeZone(timeZone)) / 1_000);
  return (seconds * 1_000) / DAY_MS + SERIAL_OF_1970;
}

/** A spreadsheet's time zone as Node knows it: it may be an offset such as `GMT-07:00`, or unknown here. */
export function knownTimeZone(timeZone: string): string {
  const named = timeZone.replace(/^GMT(?=[+-])/, '');
  try {
    // Throws for an unknown one, and remembers a known one.
    wallClock(0, named);
    return named;
  } catch {
    return 'UTC';
  }
}

/** The field mask of a write: the parts of a cell that `cellData` sets. */
export const CELL_FIELDS = 'userEnteredValue,userEnteredFormat.numberFormat';

/** The cell as the Sheets API takes it. Texts are sent as `stringValue`, which Google never reads as a formula. */
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
      return cell.pattern.endsWith('%') ? `${Number((cell.number * 100).toFixed(1))}%` : String(cell.number);
    case 'time':
      return new Date(Math.round((cell.serial - SERIAL_OF_1970) * DAY_MS))
        .toISOString()
        .slice(0, 19)
        .replace('T', ' ');
    case 'formula':
      return cell.words;
  }
}
