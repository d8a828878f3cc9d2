import { invalid } from './errors.ts';
import type { Sheet } from './sheet.ts';

/** A part of a sheet; rows and columns count from 0, the ends are not part of it. */
export interface GridRange {
  sheet: Sheet;
  startRow: number;
  endRow: number;
  startColumn: number;
  endColumn: number;
}

const CORNER = /^([A-Za-z]{1,3})?([1-9]\d*)?$/;

/**
 * Reads a range in A1 notation: `'A tab'!A1:B2`, `Tab!1:10`, `Tab!C:C`, `'Tab'`.
 * https://developers.google.com/workspace/sheets/api/guides/concepts#cell
 */
export function readRange(text: string, sheets: readonly Sheet[]): GridRange {
  const unparsable = invalid(`Unable to parse range: ${text}`);
  const parts = /^(?:'((?:[^']|'')+)'|([^'!]+))(?:!(.+))?$/.exec(text);
  const title = parts?.[1]?.replaceAll("''", "'") ?? parts?.[2];
  const sheet = sheets.find((each) => each.title.toLowerCase() === title?.toLowerCase());
  if (sheet === undefined) {
    throw unparsable;
  }
  const [first = '', last = first, ...more] = (parts?.[3] ?? '').split(':');
  const start = CORNER.exec(first);
  const end = CORNER.exec(last);
  if (start === null || end === null || more.length > 0) {
    throw unparsable;
  }
  const range = {
    sheet,
    startRow: start[2] === undefined ? 0 : Number(start[2]) - 1,
    endRow: end[2] === undefined ? sheet.rowCount : Number(end[2]),
    startColumn: start[1] === undefined ? 0 : columnIndex(start[1]),
    endColumn: end[1] === undefined ? sheet.columns.length : columnIndex(end[1]) + 1,
  };
  if (range.startRow >= sheet.rowCount || range.startColumn >= sheet.columns.length) {
    const limits = `Max rows: ${sheet.rowCount}, max columns: ${sheet.columns.length}`;
    throw invalid(`Range (${text}) exceeds grid limits. ${limits}`);
  }
  return {
    ...range,
    endRow: Math.min(range.endRow, sheet.rowCount),
    endColumn: Math.min(range.endColumn, sheet.columns.length),
  };
}

function columnIndex(letters: string): number {
  return [...letters.toUpperCase()].reduce((index, letter) => index * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}
