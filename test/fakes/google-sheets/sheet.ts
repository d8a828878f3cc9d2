import type { sheets_v4 } from '@googleapis/sheets';
import { invalid } from './errors.ts';

export type Cell = sheets_v4.Schema$CellData;

export interface Metadata {
  metadataId: number;
  metadataKey: string;
  metadataValue: string | undefined;
  visibility: string;
}

/** A row or a column, which keeps what is attached to it when it moves. Never changed, only replaced. */
export interface Line {
  readonly hidden: boolean;
  readonly pixelSize: number;
  readonly metadata: readonly Metadata[];
}

export interface Row extends Line {
  readonly cells: readonly (Cell | undefined)[];
}

/** A range that only these may edit. An end that is missing is the end of the sheet. */
export interface Protection {
  range: sheets_v4.Schema$GridRange;
  editors: readonly string[];
}

/** One tab. Merges, tables and protections stay at their cells when rows and columns are inserted. A row beyond the end of `rows`, as far as `rowCount`, is blank. */
export interface Sheet {
  sheetId: number;
  title: string;
  frozenRowCount: number;
  rowCount: number;
  rows: Row[];
  columns: Line[];
  metadata: Metadata[];
  merges: sheets_v4.Schema$GridRange[];
  tables: sheets_v4.Schema$Table[];
  protections: Protection[];
}

export const BLANK_LINE: Line = { hidden: false, pixelSize: 100, metadata: [] };
export const BLANK_ROW: Row = { ...BLANK_LINE, cells: [] };

export function newSheet(sheetId: number, title: string, rowCount = 1_000, columnCount = 26): Sheet {
  const columns = Array.from({ length: columnCount }, () => BLANK_LINE);
  return {
    sheetId,
    title,
    frozenRowCount: 0,
    rowCount,
    rows: [],
    columns,
    metadata: [],
    merges: [],
    tables: [],
    protections: [],
  };
}

/** A copy that can be changed without the original seeing it. */
export function copySheet(sheet: Sheet): Sheet {
  return {
    ...sheet,
    rows: [...sheet.rows],
    columns: [...sheet.columns],
    metadata: [...sheet.metadata],
    merges: [...sheet.merges],
    tables: [...sheet.tables],
    protections: [...sheet.protections],
  };
}

/** Whether a cell shows something. */
export function filled(cell: Cell | undefined): boolean {
  return cell?.userEnteredValue !== undefined && Object.keys(cell.userEnteredValue ?? {}).length > 0;
}

/** The number of rows up to the last one with data. */
export function usedRows(sheet: Sheet): number {
  return sheet.rows.findLastIndex((row) => row?.cells.some(filled)) + 1;
}

/** Makes `rows` contain the first `count` rows, blank if they were never written. */
export function touchRows(sheet: Sheet, count: number): void {
  while (sheet.rows.length < count) {
    sheet.rows.push(BLANK_ROW);
  }
}

/** Writes a row at its place. */
export function setRow(sheet: Sheet, index: number, row: Row): void {
  touchRows(sheet, index);
  sheet.rows[index] = row;
}

const CELL_CHARACTERS = 50_000;
const VALUE_KINDS = ['stringValue', 'numberValue', 'boolValue', 'formulaValue', 'errorValue'];
const CELL_PARTS = ['userEnteredValue', 'userEnteredFormat', 'note', 'dataValidation', 'textFormatRuns'];

/** The cell after a write of the named fields: what the write leaves out of them is cleared. */
export function writtenCell(old: Cell | undefined, written: Cell, fields: string, where: string): Cell {
  for (const part of Object.keys(written)) {
    if (!CELL_PARTS.includes(part)) {
      throw invalid(
        `Invalid JSON payload received. Unknown name "${part}" at '${where}': Cannot find field.`,
      );
    }
  }
  const value = written.userEnteredValue;
  if (value !== undefined && value !== null) {
    const kinds = Object.keys(value);
    if (kinds.length > 1 || kinds.some((kind) => !VALUE_KINDS.includes(kind))) {
      throw invalid(
        `Invalid value at '${where}.user_entered_value' (oneof), oneof field 'value' is already set.`,
      );
    }
    if ((value.stringValue?.length ?? 0) > CELL_CHARACTERS) {
      throw invalid(
        `Your input contains more than the maximum of ${CELL_CHARACTERS} characters in a single cell.`,
      );
    }
    if (value.formulaValue !== undefined && value.formulaValue?.startsWith('=') !== true) {
      throw invalid(`Invalid ${where}.userEnteredValue: a formula must start with '='.`);
    }
  }
  const cell: Record<string, unknown> = { ...old };
  for (const field of fields.split(',')) {
    copyField(cell, written as Record<string, unknown>, field === '*' ? CELL_PARTS : [field]);
  }
  return cell as Cell;
}

function copyField(
  into: Record<string, unknown>,
  from: Record<string, unknown>,
  fields: readonly string[],
): void {
  for (const field of fields) {
    const [name = '', ...below] = field.split('.');
    if (below.length === 0) {
      if (from[name] === undefined) {
        delete into[name];
      } else {
        into[name] = from[name];
      }
    } else {
      const inner = { ...(into[name] as Record<string, unknown> | undefined) };
      copyField(inner, (from[name] ?? {}) as Record<string, unknown>, [below.join('.')]);
      into[name] = inner;
    }
  }
}

/**
 * The value as a person sees it. Formulas are not computed: they show as their text, but for one that begins with
 * `=IF(` and a comparison with "", as people fill them down, which shows nothing.
 */
export function shownValue(cell: Cell | undefined): string {
  const value = cell?.userEnteredValue;
  if (value?.numberValue !== undefined && value.numberValue !== null) {
    const type = cell?.userEnteredFormat?.numberFormat?.type;
    return type === 'DATE_TIME' ? shownTime(value.numberValue) : String(value.numberValue);
  }
  return (
    value?.stringValue ??
    (value?.formulaValue?.startsWith('=IF(') ? '' : value?.formulaValue) ??
    (value?.boolValue == null ? '' : String(value.boolValue).toUpperCase())
  );
}

const SERIAL_OF_1970 = 25_569;

function shownTime(serial: number): string {
  const time = new Date(Math.round((serial - SERIAL_OF_1970) * 86_400) * 1_000);
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
