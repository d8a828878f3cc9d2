import type { sheets_v4 } from '@googleapis/sheets';
import type { Document } from './document.ts';
import { applyRequests } from './requests.ts';
import { type Cell, filled, newSheet, type Sheet, shownValue, usedRows } from './sheet.ts';

/** A spreadsheet as a person uses it by hand. Rows and columns count from 0. */
export class PersonsSpreadsheet {
  readonly id: string;
  document: Document;
  /** Who may write; `viewers` may only read. */
  readonly editors = new Set<string>();
  readonly viewers = new Set<string>();
  /** The file is an Excel workbook in Drive, which the browser shows like a spreadsheet. */
  isExcel = false;

  constructor(id: string, title: string, timeZone: string) {
    this.id = id;
    this.document = { title, timeZone, sheets: [newSheet(0, 'Sheet1')], metadata: [], editor: null };
  }

  /** The names of the tabs. */
  get tabs(): string[] {
    return this.document.sheets.map(({ title }) => title);
  }

  sheet(tab: string): Sheet {
    const sheet = this.document.sheets.find(({ title }) => title === tab);
    if (sheet === undefined) {
      throw new Error(`The spreadsheet has no tab “${tab}”, only ${this.tabs.join(', ')}.`);
    }
    return sheet;
  }

  /** What a person sees in the tab, as far as the last filled cell of each row. */
  shown(tab: string): string[][] {
    const sheet = this.sheet(tab);
    return sheet.rows
      .slice(0, usedRows(sheet))
      .map(({ cells }) => cells.slice(0, cells.findLastIndex(filled) + 1).map(shownValue));
  }

  /** The rows under the header row as objects by header. */
  records(tab: string, headerRow = 0): Record<string, string>[] {
    const shown = this.shown(tab);
    const headers = shown[headerRow] ?? [];
    return shown
      .slice(headerRow + 1)
      .map((row) => Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])));
  }

  cell(tab: string, row: number, column: number): Cell | undefined {
    return this.sheet(tab).rows[row]?.cells[column];
  }

  addTab(title: string): void {
    this.#apply({ addSheet: { properties: { title } } });
  }

  deleteTab(tab: string): void {
    this.#apply({ deleteSheet: { sheetId: this.sheet(tab).sheetId } });
  }

  renameTab(tab: string, title: string): void {
    const properties = { sheetId: this.sheet(tab).sheetId, title };
    this.#apply({ updateSheetProperties: { properties, fields: 'title' } });
  }

  /** Types texts from this cell on to the right. */
  type(tab: string, rowIndex: number, columnIndex: number, ...texts: string[]): void {
    const start = { sheetId: this.sheet(tab).sheetId, rowIndex, columnIndex };
    const values = texts.map((stringValue) => ({ userEnteredValue: { stringValue } }));
    this.#apply({ updateCells: { start, rows: [{ values }], fields: 'userEnteredValue' } });
  }

  /** Fills a column with checkboxes (Insert, Checkbox) down to the last row: each is unchecked, and so has a value. */
  fillCheckboxes(tab: string, column: number, from = 1): void {
    this.#fill(tab, column, from, { userEnteredValue: { boolValue: false } });
  }

  /** Fills a column with a formula that shows nothing next to an empty row. */
  fillFormulas(tab: string, column: number, from = 1): void {
    this.#fill(tab, column, from, { userEnteredValue: { formulaValue: '=IF(A2="","",NOW()-D2)' } });
  }

  #fill(tab: string, columnIndex: number, rowIndex: number, cell: Cell): void {
    const { sheetId, rowCount } = this.sheet(tab);
    const rows = Array.from({ length: rowCount - rowIndex }, () => ({ values: [cell] }));
    this.#apply({
      updateCells: { start: { sheetId, rowIndex, columnIndex }, rows, fields: 'userEnteredValue' },
    });
  }

  /** Merges cells; only the first keeps its value. */
  merge(tab: string, range: Omit<sheets_v4.Schema$GridRange, 'sheetId'>): void {
    const { sheetId, merges } = this.sheet(tab);
    merges.push({ sheetId, ...range });
  }

  /** Turns a range into a table (Format, Convert to table). */
  makeTable(tab: string, tableId: string, range: Omit<sheets_v4.Schema$GridRange, 'sheetId'>): void {
    const { sheetId, tables } = this.sheet(tab);
    tables.push({ tableId, name: tableId, range: { sheetId, ...range } });
  }

  /** Lets only these addresses edit a range (Data, Protect sheets and ranges); without one, the whole tab. */
  protect(tab: string, editors: readonly string[] = [], range: sheets_v4.Schema$GridRange = {}): void {
    this.sheet(tab).protections.push({ range, editors });
  }

  /** Freezes rows at the top (View, Freeze). */
  freeze(tab: string, rows: number): void {
    this.sheet(tab).frozenRowCount = rows;
  }

  /** Sorts all rows below the header by a column. */
  sort(
    tab: string,
    column: number,
    sortOrder: 'ASCENDING' | 'DESCENDING' = 'ASCENDING',
    startRowIndex = 1,
  ): void {
    const range = { sheetId: this.sheet(tab).sheetId, startRowIndex };
    this.#apply({ sortRange: { range, sortSpecs: [{ dimensionIndex: column, sortOrder }] } });
  }

  insert(tab: string, dimension: 'ROWS' | 'COLUMNS', startIndex: number, count = 1): void {
    const range = { sheetId: this.sheet(tab).sheetId, dimension, startIndex, endIndex: startIndex + count };
    this.#apply({ insertDimension: { range } });
  }

  delete(tab: string, dimension: 'ROWS' | 'COLUMNS', startIndex: number, count = 1): void {
    const range = { sheetId: this.sheet(tab).sheetId, dimension, startIndex, endIndex: startIndex + count };
    this.#apply({ deleteDimension: { range } });
  }

  /** Drags a row or column in front of another. */
  move(tab: string, dimension: 'ROWS' | 'COLUMNS', from: number, before: number): void {
    const source = { sheetId: this.sheet(tab).sheetId, dimension, startIndex: from, endIndex: from + 1 };
    this.#apply({ moveDimension: { source, destinationIndex: before } });
  }

  #apply(request: sheets_v4.Schema$Request): void {
    this.document = applyRequests(this.document, [request]).document;
  }
}
