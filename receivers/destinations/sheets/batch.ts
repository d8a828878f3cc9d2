import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { CELL_FIELDS, type Cell, cellData, EMPTY } from './cells.ts';
import type { Column } from './columns.ts';
import { findLayout, headerName, type Layout } from './layout.ts';
import type { Row } from './render.ts';

/** A tab as it was read just before a write. */
export interface Tab {
  sheetId: number;
  title: string;
  columnCount: number;
  /** The texts of its first rows, as they are shown. */
  head: string[][];
  /** The row of each value in the identity column, where that column was read; rows count from 0. */
  identities: ReadonlyMap<string, number> | null;
}

type Request = sheets_v4.Schema$Request;

/** The width of a new tab's columns, in pixels. */
const COLUMN_PIXELS = 160;
const GRID_ROWS = 1_000;

/**
 * The requests of one atomic `spreadsheets.batchUpdate` that bring these rows into one tab. A tab that is
 * missing is made, as are headers that are missing; headers that are there are found by their names, so
 * people may move columns and add their own between them.
 *
 * @param tab null where the spreadsheet has no tab of this name
 * @param newSheetId the ID under which a missing tab is made
 * @param rows all of the same tab and with the same identity column
 */
export function tabRequests(tab: Tab | null, newSheetId: number, rows: readonly Row[]): Request[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const headers = wantedHeaders(rows);
  const layout = tab && findLayout(tab.head, headers);
  const sheetId = tab?.sheetId ?? newSheetId;
  const start = layout ?? emptyLayout(tab);
  const missing = headers.filter((header) => !start.columns.has(headerName(header)));
  const columns = new Map(start.columns);
  for (const [offset, header] of missing.entries()) {
    columns.set(headerName(header), start.width + offset);
  }
  const width = start.width + missing.length;
  const requests: Request[] = [];
  if (tab === null) {
    requests.push(addTab(first.tab, newSheetId, Math.max(width, 26)));
    requests.push(columnWidths(newSheetId, width));
  } else if (width > tab.columnCount) {
    const length = width - tab.columnCount;
    requests.push({ appendDimension: { sheetId, dimension: 'COLUMNS', length } });
  }
  if (missing.length > 0) {
    requests.push(headerCells(sheetId, start, missing));
  }
  const { identity } = first;
  if (identity.hidden && missing.includes(identity.header)) {
    requests.push(hiddenColumn(sheetId, columns.get(headerName(identity.header)) ?? 0));
  }
  return [...requests, ...rowRequests(tab, sheetId, rows, columns)];
}

function wantedHeaders(rows: readonly Row[]): string[] {
  const headers = new Map<string, string>();
  for (const { columns } of rows) {
    for (const { header } of columns) {
      headers.set(headerName(header), headers.get(headerName(header)) ?? header);
    }
  }
  return [...headers.values()];
}

/** Where the headers go in a tab that has none: its first row, right of what stands there. */
function emptyLayout(tab: Tab | null): Layout {
  const width = Math.max(0, ...(tab?.head ?? []).map((texts) => texts.length));
  return { headerRow: 0, columns: new Map(), width };
}

function addTab(title: string, sheetId: number, columnCount: number): Request {
  const gridProperties = { rowCount: GRID_ROWS, columnCount, frozenRowCount: 1 };
  return { addSheet: { properties: { sheetId, title, gridProperties } } };
}

function columnWidths(sheetId: number, endIndex: number): Request {
  return {
    updateDimensionProperties: {
      range: { sheetId, dimension: 'COLUMNS', startIndex: 0, endIndex },
      properties: { pixelSize: COLUMN_PIXELS },
      fields: 'pixelSize',
    },
  };
}

function headerCells(sheetId: number, { headerRow, width }: Layout, headers: readonly string[]): Request {
  const values = headers.map((header) => ({
    userEnteredValue: { stringValue: header },
    userEnteredFormat: { textFormat: { bold: true } },
  }));
  return {
    updateCells: {
      start: { sheetId, rowIndex: headerRow, columnIndex: width },
      rows: [{ values }],
      fields: 'userEnteredValue,userEnteredFormat.textFormat.bold',
    },
  };
}

function hiddenColumn(sheetId: number, index: number): Request {
  return {
    updateDimensionProperties: {
      range: { sheetId, dimension: 'COLUMNS', startIndex: index, endIndex: index + 1 },
      properties: { hiddenByUser: true },
      fields: 'hiddenByUser',
    },
  };
}

function rowRequests(
  tab: Tab | null,
  sheetId: number,
  rows: readonly Row[],
  columns: ReadonlyMap<string, number>,
): Request[] {
  const requests: Request[] = [];
  const appended: sheets_v4.Schema$RowData[] = [];
  const latest = new Map(rows.map((row) => [row.identity.value, row]));
  for (const row of latest.values()) {
    const found = tab?.identities?.get(row.identity.value);
    if (found === undefined) {
      if (row.mode !== 'refresh') {
        const values = Array.from(placedCells(row.columns, columns), (cell) => cellData(cell ?? EMPTY));
        appended.push({ values });
      }
    } else {
      const changed = row.mode === 'keep' ? row.columns : row.columns.filter((each) => toRefresh(row, each));
      requests.push(...updatedCells(sheetId, found, placedCells(changed, columns)));
    }
  }
  if (appended.length > 0) {
    requests.push({ appendCells: { sheetId, rows: appended, fields: CELL_FIELDS } });
  }
  return requests;
}

function toRefresh(row: Row, { header, cell }: Column): boolean {
  return row.refreshed.includes(header) && cell.type !== 'empty';
}

/** The cells by column; a hole where the column is not among them, such as a person's own. */
function placedCells(chosen: readonly Column[], columns: ReadonlyMap<string, number>): (Cell | undefined)[] {
  const cells: (Cell | undefined)[] = [];
  for (const { header, cell } of chosen) {
    const index = columns.get(headerName(header));
    if (index !== undefined) {
      cells[index] = cell;
    }
  }
  return cells;
}

/** Writes each unbroken run of cells by itself, so that a person's own columns between them stay. */
function updatedCells(sheetId: number, rowIndex: number, cells: readonly (Cell | undefined)[]): Request[] {
  const requests: Request[] = [];
  let run: { columnIndex: number; values: sheets_v4.Schema$CellData[] } | null = null;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (cell === undefined) {
      run = null;
    } else if (run === null) {
      run = { columnIndex: index, values: [cellData(cell)] };
      const { values, columnIndex } = run;
      requests.push({
        updateCells: { start: { sheetId, rowIndex, columnIndex }, rows: [{ values }], fields: CELL_FIELDS },
      });
    } else {
      run.values.push(cellData(cell));
    }
  }
  return requests;
}
