import { randomInt } from 'node:crypto';
import type { sheets_v4 } from '@googleapis/sheets';
import { copyDocument, type Document, sheetOf } from './document.ts';
import { invalid } from './errors.ts';
import { createMetadata, deleteMetadata } from './metadata.ts';
import {
  BLANK_LINE,
  BLANK_ROW,
  type Cell,
  filled,
  type Line,
  newSheet,
  type Row,
  type Sheet,
  setRow,
  shownValue,
  touchRows,
  usedRows,
  writtenCell,
} from './sheet.ts';

type Response = sheets_v4.Schema$Response;
type Apply<Kind extends keyof sheets_v4.Schema$Request> = (
  document: Document,
  request: NonNullable<sheets_v4.Schema$Request[Kind]>,
  where: string,
) => Response;

/** The most cells that a spreadsheet holds. */
const CELL_LIMIT = 10_000_000;
const TITLE_CHARACTERS = 100;

/**
 * Applies the requests of a `spreadsheets.batchUpdate` to a copy of the document: all of them, or, by the
 * error that is thrown, none.
 */
export function applyRequests(
  document: Document,
  requests: readonly sheets_v4.Schema$Request[] | undefined,
  editor: string | null = null,
): { document: Document; replies: Response[] } {
  if (!Array.isArray(requests) || requests.length === 0) {
    throw invalid('Must specify at least one request.');
  }
  const next = { ...copyDocument(document), editor };
  const replies = requests.map((request, index) => {
    const [[kind, body] = ['', {}], ...more] = Object.entries<object>(request);
    if (more.length > 0 || !(kind in APPLY)) {
      throw invalid(
        `Invalid JSON payload received. Unknown name "${kind}" at 'requests[${index}]': Cannot find field.`,
      );
    }
    const apply = APPLY[kind as keyof typeof APPLY] as (
      document: Document,
      body: object,
      where: string,
    ) => Response;
    return apply(next, body, `requests[${index}].${kind}`);
  });
  const cells = next.sheets.reduce((sum, { rowCount, columns }) => sum + rowCount * columns.length, 0);
  if (cells > CELL_LIMIT) {
    throw invalid(
      `This action would increase the number of cells in the workbook above the limit of ${CELL_LIMIT} cells.`,
    );
  }
  return { document: next, replies };
}

const addSheet: Apply<'addSheet'> = (document, { properties }, where) => {
  const title = properties?.title ?? `Sheet${document.sheets.length + 1}`;
  checkTitle(document, title, where);
  const sheetId = properties?.sheetId ?? randomInt(1, 2 ** 31 - 1);
  if (document.sheets.some((sheet) => sheet.sheetId === sheetId)) {
    throw invalid(`Invalid ${where}: A sheet with the ID ${sheetId} already exists.`);
  }
  const { rowCount, columnCount, frozenRowCount } = properties?.gridProperties ?? {};
  const sheet = newSheet(sheetId, title, rowCount ?? undefined, columnCount ?? undefined);
  sheet.frozenRowCount = frozenRowCount ?? 0;
  document.sheets.push(sheet);
  return { addSheet: { properties: { ...properties, sheetId, title } } };
};

function checkTitle(document: Document, title: string, where: string): void {
  if (title === '' || title.length > TITLE_CHARACTERS) {
    throw invalid(`Invalid ${where}: Invalid sheet name: ${title}`);
  }
  if (document.sheets.some((sheet) => sheet.title.toLowerCase() === title.toLowerCase())) {
    throw invalid(
      `Invalid ${where}: A sheet with the name "${title}" already exists. Please enter another name.`,
    );
  }
}

const deleteSheet: Apply<'deleteSheet'> = (document, { sheetId }, where) => {
  const sheet = sheetOf(document, sheetId, where);
  if (document.sheets.length === 1) {
    throw invalid(`Invalid ${where}: You can't remove all the sheets in a document.`);
  }
  document.sheets = document.sheets.filter((each) => each !== sheet);
  return {};
};

const updateSheetProperties: Apply<'updateSheetProperties'> = (document, { properties, fields }, where) => {
  const sheet = sheetOf(document, properties?.sheetId, where);
  if (fields !== 'title') {
    throw invalid(`Invalid ${where}: only the title can be changed here.`);
  }
  const title = properties?.title ?? '';
  checkTitle(document, title, where);
  sheet.title = title;
  return {};
};

/**
 * Below the last row with data of the whole sheet, a column of unchecked checkboxes included: reported as rows that
 * land at the bottom, https://github.com/n8n-io/n8n/pull/9950 and https://github.com/burnash/gspread/issues/388. With
 * a table: below its last row, and the table grows.
 */
const appendCells: Apply<'appendCells'> = (document, { sheetId, tableId, rows, fields }, where) => {
  if (tableId) {
    return appendToTable(document, tableId, rows ?? [], fields, where);
  }
  const sheet = sheetOf(document, sheetId, where);
  writeRows(document, sheet, usedRows(sheet), 0, rows ?? [], fields, where, true);
  return {};
};

function appendToTable(
  document: Document,
  tableId: string,
  rows: readonly sheets_v4.Schema$RowData[],
  fields: string | null | undefined,
  where: string,
): Response {
  const sheet = document.sheets.find(({ tables }) => tables.some((each) => each.tableId === tableId));
  const table = sheet?.tables.find((each) => each.tableId === tableId);
  if (sheet === undefined || table === undefined) {
    throw invalid(`Invalid ${where}: No table with id: ${tableId}`);
  }
  const end = table.range?.endRowIndex ?? 0;
  writeRows(document, sheet, end, table.range?.startColumnIndex ?? 0, rows, fields, where, true);
  const range = { ...table.range, endRowIndex: end + rows.length };
  sheet.tables = sheet.tables.map((each) => (each === table ? { ...table, range } : each));
  return {};
}

const updateCells: Apply<'updateCells'> = (document, { start, range, rows, fields }, where) => {
  const sheet = sheetOf(document, start?.sheetId ?? range?.sheetId, where);
  const rowIndex = start?.rowIndex ?? range?.startRowIndex ?? 0;
  const columnIndex = start?.columnIndex ?? range?.startColumnIndex ?? 0;
  writeRows(document, sheet, rowIndex, columnIndex, rows ?? [], fields, where, false);
  return {};
};

function writeRows(
  document: Document,
  sheet: Sheet,
  rowIndex: number,
  columnIndex: number,
  rows: readonly sheets_v4.Schema$RowData[],
  fields: string | null | undefined,
  where: string,
  grow: boolean,
): void {
  if (!fields) {
    throw invalid(
      `Invalid ${where}: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)`,
    );
  }
  for (const [offset, { values }] of rows.entries()) {
    const index = rowIndex + offset;
    if (index >= sheet.rowCount && !grow) {
      throw invalid(
        `Invalid ${where}: Attempting to write row: ${index}, beyond the last requested row of: ${sheet.rowCount - 1}`,
      );
    }
    sheet.rowCount = Math.max(sheet.rowCount, index + 1);
    const old = sheet.rows[index] ?? BLANK_ROW;
    const cells = [...old.cells];
    for (const [column, written] of (values ?? []).entries()) {
      const at = columnIndex + column;
      checkProtection(document, sheet, index, at, where);
      if (at >= sheet.columns.length) {
        throw invalid(
          `Invalid ${where}: Attempting to write column: ${at}, beyond the last requested column of: ${sheet.columns.length - 1}`,
        );
      }
      cells[at] = writtenCell(
        cells[at],
        written as Cell,
        fields,
        `${where}.rows[${offset}].values[${column}]`,
      );
    }
    setRow(sheet, index, { ...old, cells: Array.from(cells) });
  }
}

/** https://github.com/theoephraim/node-google-spreadsheet/pull/20 */
function checkProtection(
  { editor }: Document,
  sheet: Sheet,
  row: number,
  column: number,
  where: string,
): void {
  const forbidden = sheet.protections.some(
    ({ range, editors }) =>
      editor !== null &&
      !editors.includes(editor) &&
      row >= (range.startRowIndex ?? 0) &&
      row < (range.endRowIndex ?? sheet.rowCount) &&
      column >= (range.startColumnIndex ?? 0) &&
      column < (range.endColumnIndex ?? sheet.columns.length),
  );
  if (forbidden) {
    throw invalid(
      `Invalid ${where}: You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.`,
    );
  }
}

const appendDimension: Apply<'appendDimension'> = (document, { sheetId, dimension, length }, where) => {
  const sheet = sheetOf(document, sheetId, where);
  if (dimension === 'ROWS') {
    sheet.rowCount += length ?? 0;
  } else {
    sheet.columns.push(...Array.from({ length: length ?? 0 }, () => BLANK_LINE));
  }
  return {};
};

interface Span {
  sheet: Sheet;
  rows: boolean;
  start: number;
  end: number;
}

function span(document: Document, range: sheets_v4.Schema$DimensionRange | undefined, where: string): Span {
  const sheet = sheetOf(document, range?.sheetId, where);
  const rows = range?.dimension === 'ROWS';
  const limit = rows ? sheet.rowCount : sheet.columns.length;
  const start = range?.startIndex ?? 0;
  const end = range?.endIndex ?? limit;
  if (start < 0 || start >= end || end > limit) {
    throw invalid(`Invalid ${where}: range from ${start} to ${end} exceeds the grid's ${limit}.`);
  }
  return { sheet, rows, start, end };
}

const insertDimension: Apply<'insertDimension'> = (document, { range }, where) => {
  const sheet = sheetOf(document, range?.sheetId, where);
  const start = range?.startIndex ?? 0;
  const count = (range?.endIndex ?? start) - start;
  if (range?.dimension === 'ROWS') {
    touchRows(sheet, start);
    sheet.rows.splice(start, 0, ...Array.from({ length: count }, () => BLANK_ROW));
    sheet.rowCount += count;
  } else {
    moveCells(sheet, (cells) => cells.splice(start, 0, ...Array.from({ length: count }, () => undefined)));
    sheet.columns.splice(start, 0, ...Array.from({ length: count }, () => BLANK_LINE));
  }
  return {};
};

const deleteDimension: Apply<'deleteDimension'> = (document, { range }, where) => {
  const { sheet, rows, start, end } = span(document, range, where);
  if (rows) {
    sheet.rows.splice(start, end - start);
    sheet.rowCount -= end - start;
  } else {
    moveCells(sheet, (cells) => cells.splice(start, end - start));
    sheet.columns.splice(start, end - start);
  }
  return {};
};

const moveDimension: Apply<'moveDimension'> = (document, { source, destinationIndex }, where) => {
  const { sheet, rows, start, end } = span(document, source, where);
  const to =
    (destinationIndex ?? 0) > start ? (destinationIndex ?? 0) - (end - start) : (destinationIndex ?? 0);
  const move = (lines: unknown[]): void => {
    lines.splice(to, 0, ...lines.splice(start, end - start));
  };
  if (rows) {
    touchRows(sheet, Math.max(end, to));
    move(sheet.rows);
  } else {
    moveCells(sheet, move);
    move(sheet.columns);
  }
  return {};
};

function moveCells(sheet: Sheet, move: (cells: (Cell | undefined)[]) => void): void {
  sheet.rows = sheet.rows.map((row) => {
    const cells = Array.from({ length: sheet.columns.length }, (_, index) => row.cells[index]);
    move(cells);
    return { ...row, cells };
  });
}

const updateDimensionProperties: Apply<'updateDimensionProperties'> = (document, request, where) => {
  const { sheet, rows, start, end } = span(document, request.range, where);
  const { hiddenByUser, pixelSize } = request.properties ?? {};
  const fields = (request.fields ?? '').split(',');
  const changed = <Kind extends Line>(line: Kind): Kind => ({
    ...line,
    ...(fields.includes('hiddenByUser') ? { hidden: hiddenByUser === true } : {}),
    ...(fields.includes('pixelSize') ? { pixelSize: pixelSize ?? BLANK_LINE.pixelSize } : {}),
  });
  for (let index = start; index < end; index += 1) {
    if (rows) {
      setRow(sheet, index, changed(sheet.rows[index] ?? BLANK_ROW));
    } else {
      sheet.columns[index] = changed(sheet.columns[index] ?? BLANK_LINE);
    }
  }
  return {};
};

const sortRange: Apply<'sortRange'> = (document, { range, sortSpecs }, where) => {
  const sheet = sheetOf(document, range?.sheetId, where);
  const start = range?.startRowIndex ?? 0;
  const end = Math.min(range?.endRowIndex ?? sheet.rowCount, sheet.rows.length);
  const [spec] = sortSpecs ?? [];
  const column = spec?.dimensionIndex ?? 0;
  const direction = spec?.sortOrder === 'DESCENDING' ? -1 : 1;
  const sorted = sheet.rows.slice(start, end).sort((one, other) => compare(one, other, column, direction));
  sheet.rows.splice(start, sorted.length, ...sorted);
  return {};
};

/** Blank cells come last, whatever the direction; numbers before texts. */
function compare(one: Row, other: Row, column: number, direction: number): number {
  const [left, right] = [one.cells[column], other.cells[column]];
  if (!filled(left) || !filled(right)) {
    return Number(filled(right)) - Number(filled(left));
  }
  const [first, second] = [left?.userEnteredValue?.numberValue, right?.userEnteredValue?.numberValue];
  if (first != null && second != null) {
    return (first - second) * direction;
  }
  return shownValue(left) < shownValue(right)
    ? -direction
    : Number(shownValue(left) > shownValue(right)) * direction;
}

const findReplace: Apply<'findReplace'> = (document, { find, replacement, range }, where) => {
  const sheet = sheetOf(document, range?.sheetId, where);
  if (!find) {
    throw invalid(`Invalid ${where}: Must specify a text to find.`);
  }
  let occurrencesChanged = 0;
  sheet.rows = sheet.rows.map((row) => ({
    ...row,
    cells: row.cells.map((cell) => {
      const text = cell?.userEnteredValue?.stringValue;
      if (text == null || !text.includes(find)) {
        return cell;
      }
      occurrencesChanged += 1;
      return { ...cell, userEnteredValue: { stringValue: text.replaceAll(find, replacement ?? '') } };
    }),
  }));
  return { findReplace: occurrencesChanged === 0 ? {} : { occurrencesChanged } };
};

const createDeveloperMetadata: Apply<'createDeveloperMetadata'> = (
  document,
  { developerMetadata },
  where,
) => ({
  createDeveloperMetadata: { developerMetadata: createMetadata(document, developerMetadata, where) },
});

const deleteDeveloperMetadata: Apply<'deleteDeveloperMetadata'> = (document, { dataFilter }, where) => {
  const lookup = dataFilter?.developerMetadataLookup;
  if (!lookup) {
    throw invalid(`Invalid ${where}: Must specify a data filter.`);
  }
  return { deleteDeveloperMetadata: { deletedDeveloperMetadata: deleteMetadata(document, lookup) } };
};

const APPLY = {
  addSheet,
  appendCells,
  appendDimension,
  createDeveloperMetadata,
  deleteDeveloperMetadata,
  deleteDimension,
  deleteSheet,
  findReplace,
  insertDimension,
  moveDimension,
  sortRange,
  updateCells,
  updateDimensionProperties,
  updateSheetProperties,
};
