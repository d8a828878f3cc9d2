import type { sheets_v4 } from '@googleapis/sheets';
import { CELL_FIELDS, type Cell, cellData, EMPTY } from './cells.ts';
import { headerName } from './layout.ts';
import type { Column, Row } from './row.ts';
import { MARK_KEY, type Tab, wantedHeaders } from './tab.ts';

type Request = sheets_v4.Schema$Request;

/** The width of a new tab's columns, in pixels. */
const COLUMN_PIXELS = 160;
const GRID_ROWS = 1_000;
const GRID_COLUMNS = 26;

/** The largest ID that a tab or developer metadata can have. */
export const LARGEST_ID = 2 ** 31 - 1;

/**
 * The requests of one atomic `spreadsheets.batchUpdate` that bring these rows into one tab. A tab that is missing is
 * added, as are missing headers; headers that exist are found by their names, so people may move columns and add
 * their own between them.
 *
 * @param tab null if the spreadsheet has no tab of this name
 * @param newSheetId the ID under which a missing tab is added
 * @param rows all of the same tab and with the same identity columns
 * @param shared whether other processes may write to this tab meanwhile
 */
export function tabRequests(
  tab: Tab | null,
  newSheetId: number,
  rows: readonly Row[],
  shared: boolean,
): Request[] {
  const [first] = rows;
  if (first === undefined) {
    return [];
  }
  const sheetId = tab?.sheetId ?? newSheetId;
  const { columns, missing, width } = placeHeaders(tab, rows);
  const requests: Request[] = [];
  if (tab === null) {
    requests.push(addTab(first.tab, newSheetId, Math.max(width, GRID_COLUMNS)));
    requests.push(columnWidths(newSheetId, width));
  } else if (width > tab.columnCount) {
    const length = width - tab.columnCount;
    requests.push({ appendDimension: { sheetId, dimension: 'COLUMNS', length } });
  }
  if (missing.length > 0) {
    requests.push(headerCells(sheetId, tab?.headerRow ?? 0, width - missing.length, missing));
  }
  const { hidden } = first;
  if (hidden !== null && missing.includes(hidden)) {
    requests.push(hiddenColumn(sheetId, columns.get(headerName(hidden)) ?? 0));
  }
  return [...requests, ...rowRequests(tab, sheetId, rows, columns, shared)];
}

/** Where each header is, or is added: right of everything in the head of the tab. */
function placeHeaders(
  tab: Tab | null,
  rows: readonly Row[],
): { columns: ReadonlyMap<string, number>; missing: string[]; width: number } {
  const existing = tab?.layout?.columns ?? new Map<string, number>();
  const missing = wantedHeaders(rows).filter((header) => !existing.has(headerName(header)));
  const width = tab?.width ?? 0;
  const added = missing.map((header, offset): [string, number] => [headerName(header), width + offset]);
  return { columns: new Map([...existing, ...added]), missing, width: width + missing.length };
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

function headerCells(
  sheetId: number,
  rowIndex: number,
  columnIndex: number,
  headers: readonly string[],
): Request {
  const values = headers.map((header) => ({
    userEnteredValue: { stringValue: header },
    userEnteredFormat: { textFormat: { bold: true } },
  }));
  return {
    updateCells: {
      start: { sheetId, rowIndex, columnIndex },
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
  shared: boolean,
): Request[] {
  const requests: Request[] = [];
  const added: (Cell | undefined)[][] = [];
  const latest = new Map(rows.map((row) => [JSON.stringify(row.identity), row]));
  for (const row of latest.values()) {
    const found = tab?.rowOf(row.identity);
    if (found !== undefined) {
      const changed = row.mode === 'keep' ? row.columns : row.columns.filter((each) => toRefresh(row, each));
      requests.push(...cellRequests(sheetId, found, [placedCells(changed, columns)]));
    } else if (row.mode !== 'refresh') {
      added.push(placedCells(row.columns, columns));
    }
  }
  return added.length === 0 ? requests : [...requests, ...addedRows(tab, sheetId, added, shared)];
}

function toRefresh(row: Row, { header, cell }: Column): boolean {
  return row.refreshed.includes(header) && cell.type !== 'empty';
}

/** The cells by column; a hole for a column that is not among them, such as a person's own. */
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

/**
 * Adds rows below the last of ours. Google's own end of a tab, which `appendCells` uses, is below everything, also
 * below a column of checkboxes that someone filled down to row 1,000. So it is used only if that is the same place:
 * then rows that others add at the same moment cannot collide.
 * https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#AppendCellsRequest
 */
function addedRows(
  tab: Tab | null,
  sheetId: number,
  rows: readonly (readonly (Cell | undefined)[])[],
  shared: boolean,
): Request[] {
  if (tab === null || tab.tableId !== null || tab.endsThere) {
    const values = rows.map((cells) => ({ values: Array.from(cells, (cell) => cellData(cell ?? EMPTY)) }));
    const place = tab?.tableId == null ? { sheetId } : { tableId: tab.tableId };
    return [{ appendCells: { ...place, rows: values, fields: CELL_FIELDS } }];
  }
  const tooFew = tab.end + rows.length - tab.rowCount;
  return [
    ...(shared ? markRequests(tab) : []),
    ...(tooFew > 0 ? [{ appendDimension: { sheetId, dimension: 'ROWS', length: tooFew } }] : []),
    ...cellRequests(sheetId, tab.end, rows),
  ];
}

/**
 * Lets one of several processes win that read the same end of a tab: each replaces the mark that it read by the next
 * one, and IDs of developer metadata are unique, so that Google refuses the second batch as a whole.
 * https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.developerMetadata
 */
function markRequests({ sheetId, mark }: Tab): Request[] {
  const metadataId = ((mark ?? sheetId) % (LARGEST_ID - 1)) + 1;
  const added = {
    createDeveloperMetadata: {
      developerMetadata: {
        metadataId,
        metadataKey: MARK_KEY,
        metadataValue: '1',
        location: { sheetId },
        visibility: 'DOCUMENT',
      },
    },
  };
  return mark === null
    ? [added]
    : [{ deleteDeveloperMetadata: { dataFilter: { developerMetadataLookup: { metadataId: mark } } } }, added];
}

/** Writes each unbroken run of columns by itself, so that a person's own columns between them stay. */
function cellRequests(
  sheetId: number,
  rowIndex: number,
  rows: readonly (readonly (Cell | undefined)[])[],
): Request[] {
  const width = Math.max(0, ...rows.map((cells) => cells.length));
  const used = Array.from({ length: width }, (_, index) => rows.some((cells) => cells[index] !== undefined));
  const requests: Request[] = [];
  for (let start = used.indexOf(true); start >= 0; ) {
    const gap = used.indexOf(false, start);
    const end = gap < 0 ? width : gap;
    const values = rows.map((cells) => ({
      values: Array.from({ length: end - start }, (_, offset) => cellData(cells[start + offset] ?? EMPTY)),
    }));
    requests.push({
      updateCells: {
        start: { sheetId, rowIndex, columnIndex: start },
        rows: values,
        fields: CELL_FIELDS,
      },
    });
    start = used.indexOf(true, end);
  }
  return requests;
}
