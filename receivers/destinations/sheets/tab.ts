import type { sheets_v4 } from '@googleapis/sheets';
import { findLayout, HEAD_ROWS, headerName, type Layout } from './layout.ts';
import type { Row } from './row.ts';

/** A tab as it was read just before a write. Rows and columns count from 0. */
export interface Tab {
  sheetId: number;
  rowCount: number;
  columnCount: number;
  layout: Layout | null;
  /** The row for headers that are missing, and the first column right of everything in the tab's head. */
  headerRow: number;
  width: number;
  /** Where the next row goes: below the last row with something in one of our columns, whatever others hold. */
  end: number;
  /** Whether nothing at all is below `end` and something is right above it, so that `appendCells` ends up there. */
  endsThere: boolean;
  /** The table (Format, Convert to table) that our columns are in and that ends right above `end`. */
  tableId: string | null;
  /** The row of these identity values; undefined if there is none, or if identities were not read. */
  rowOf(identity: Row['identity']): number | undefined;
  identitiesRead: boolean;
  /** The ID of the mark that a write of several processes replaces; null if there is none yet. */
  mark: number | null;
}

/** What `spreadsheets.get` is asked for in order to make a {@link Tab}. */
export const TAB_FIELDS =
  'sheets(properties(sheetId,title,gridProperties(rowCount,columnCount,frozenRowCount)),merges,' +
  'tables(tableId,range),developerMetadata(metadataId,metadataKey),' +
  'data(startRow,startColumn,rowData.values(formattedValue,userEnteredValue)))';

/** The key of the developer metadata that processes use to notice each other's writes. */
export const MARK_KEY = 'intelligems-receivers-write';

/** The parts of a tab that were asked for, in this order. */
export interface TabRange {
  part: 'head' | 'tail' | 'identity';
  /** The first row of the tail. */
  from: number;
  /** The index of the identity column. */
  column: number;
}

type Grid = { from: number; rows: readonly (readonly sheets_v4.Schema$CellData[])[] };

/**
 * Makes a tab of what Google answered.
 *
 * @param ranges what was asked for
 * @returns null if the tail does not reach up to the last row of our columns, so that more of it has to be read
 */
export function readTab(
  sheet: sheets_v4.Schema$Sheet,
  ranges: readonly TabRange[],
  rows: readonly Row[],
): Tab | null {
  const grids = ranges.map((_, index) => readGrid(sheet.data?.[index]));
  const gridOf = (part: TabRange['part']): Grid =>
    grids[ranges.findIndex((each) => each.part === part)] ?? { from: 0, rows: [] };
  const [head, tail] = [gridOf('head'), gridOf('tail')];
  const texts = head.rows.slice(0, HEAD_ROWS).map((cells) => cells.map(shownText));
  const wanted = wantedHeaders(rows);
  const layout = findLayout(texts, wanted);
  const { rowCount, columnCount, frozenRowCount } = sheet.properties?.gridProperties ?? {};
  const headerRow = layout?.headerRow ?? 0;
  const start = Math.max(belowHeader(sheet, headerRow), frozenRowCount ?? 0);
  const ours = new Set(
    wanted.map((header) => layout?.columns.get(headerName(header))).filter((each) => each !== undefined),
  );
  const last = (filled: (cell: sheets_v4.Schema$CellData, column: number) => boolean): number =>
    Math.max(lastRow(head, filled), lastRow(tail, filled));
  const lastOurs =
    layout === null
      ? last((cell) => isTyped(cell))
      : last((cell, column) => ours.has(column) && shownText(cell) !== '');
  const from = ranges.find(({ part }) => part === 'tail')?.from ?? 0;
  if (from > HEAD_ROWS && lastOurs < from) {
    return null;
  }
  const end = Math.max(start, lastOurs + 1);
  const lastFilled = last((cell) => isFilled(cell));
  return {
    sheetId: sheet.properties?.sheetId ?? 0,
    rowCount: rowCount ?? 0,
    columnCount: columnCount ?? 0,
    layout,
    headerRow,
    width: Math.max(0, ...texts.map((row) => row.findLastIndex((text) => text.trim() !== '') + 1)),
    end,
    endsThere: lastFilled + 1 === end,
    tableId: tableAbove(sheet, headerRow, end),
    rowOf: identityLookup(ranges, grids),
    identitiesRead: ranges.some(({ part }) => part === 'identity'),
    mark: sheet.developerMetadata?.find(({ metadataKey }) => metadataKey === MARK_KEY)?.metadataId ?? null,
  };
}

/** The headers of these rows, each once. */
export function wantedHeaders(rows: readonly Row[]): string[] {
  const headers = new Map<string, string>();
  for (const { header } of rows.flatMap(({ columns }) => columns)) {
    headers.set(headerName(header), headers.get(headerName(header)) ?? header);
  }
  return [...headers.values()];
}

function readGrid(data: sheets_v4.Schema$GridData | undefined): Grid {
  return { from: data?.startRow ?? 0, rows: (data?.rowData ?? []).map(({ values }) => values ?? []) };
}

function shownText({ formattedValue }: sheets_v4.Schema$CellData): string {
  return formattedValue ?? '';
}

/** Holds something, if only a formula that shows nothing. */
function isFilled(cell: sheets_v4.Schema$CellData): boolean {
  return shownText(cell) !== '' || Object.keys(cell.userEnteredValue ?? {}).length > 0;
}

/** Holds a text or a number that a person typed, and neither a checkbox nor a formula. */
function isTyped({ userEnteredValue }: sheets_v4.Schema$CellData): boolean {
  return userEnteredValue?.stringValue != null || userEnteredValue?.numberValue != null;
}

function lastRow(
  { from, rows }: Grid,
  filled: (cell: sheets_v4.Schema$CellData, column: number) => boolean,
): number {
  const index = rows.findLastIndex((cells) => cells.some(filled));
  return index < 0 ? -1 : from + index;
}

/** The first row below the header, whose cells may be merged over several rows. */
function belowHeader({ merges }: sheets_v4.Schema$Sheet, headerRow: number): number {
  const ends = (merges ?? [])
    .filter((each) => (each.startRowIndex ?? 0) <= headerRow && (each.endRowIndex ?? 0) > headerRow)
    .map((each) => each.endRowIndex ?? 0);
  return Math.max(headerRow + 1, ...ends);
}

/** Only a table from column A on: the documentation does not say from which column `appendCells` counts in others. */
function tableAbove({ tables }: sheets_v4.Schema$Sheet, headerRow: number, end: number): string | null {
  const table = tables?.find(
    ({ range }) =>
      (range?.startRowIndex ?? 0) === headerRow &&
      (range?.startColumnIndex ?? 0) === 0 &&
      range?.endRowIndex === end,
  );
  return table?.tableId ?? null;
}

/**
 * Finds rows by the values of their identity columns. A cell that is empty in a further column matches every value:
 * people may have removed the column, and it came back empty.
 */
function identityLookup(ranges: readonly TabRange[], grids: readonly Grid[]): Tab['rowOf'] {
  const columns = grids
    .filter((_, index) => ranges[index]?.part === 'identity')
    .map(({ from, rows }) => ({ from, texts: rows.map(([cell]) => shownText(cell ?? {})) }));
  const [first, ...further] = columns;
  const rowsOf = new Map<string, number[]>();
  for (const [index, text] of (first?.texts ?? []).entries()) {
    if (text !== '') {
      rowsOf.set(text, [...(rowsOf.get(text) ?? []), (first?.from ?? 0) + index]);
    }
  }
  return ([{ value } = { value: '' }, ...rest]) => {
    const found = rowsOf.get(value) ?? [];
    const textAt = (row: number, column: number): string =>
      further[column]?.texts[row - (further[column]?.from ?? 0)] ?? '';
    return (
      found.find((row) => rest.every((each, column) => textAt(row, column) === each.value)) ??
      found.find((row) => rest.every((_, column) => textAt(row, column) === ''))
    );
  };
}
