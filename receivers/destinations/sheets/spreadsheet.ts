import { randomInt } from 'node:crypto';
import type { sheets_v4 } from '@googleapis/sheets';
import type { SheetsClient } from './client.ts';
import { columnLetters, HEAD_ROWS, headerName, quotedTab, titleName } from './layout.ts';
import type { Quota } from './quota.ts';
import { LARGEST_ID, tabRequests } from './requests.ts';
import type { Row } from './row.ts';
import { readTab, TAB_FIELDS, type Tab, type TabRange } from './tab.ts';

/** The rows of one tab, and whether rows of theirs may be in it already. */
export interface TabRows {
  title: string;
  rows: Row[];
  lookUp: boolean;
}

/** What is known of a tab from when it was read last. */
interface KnownTab {
  title: string;
  rowCount: number;
  columnCount: number;
  /** The last row of our columns; null if the tab was not read yet. */
  lastRow: number | null;
  /** The identity columns; empty if they are not known. */
  identityColumns: number[];
}

interface Known {
  timeZone: string;
  tabs: Map<string, KnownTab>;
}

const LIST_FIELDS = 'properties.timeZone,sheets.properties(title,gridProperties(rowCount,columnCount))';

/** How many rows from the bottom of a tab are searched for its end at first. */
const TAIL_ROWS = 2_000;

/**
 * One spreadsheet through the Google client. Each write is one read (where the headers are now, where our columns
 * end, and which rows exist already) and one atomic `spreadsheets.batchUpdate`.
 */
export class Spreadsheet {
  readonly #client: SheetsClient;
  readonly #id: string;
  readonly #quota: { read: Quota; write: Quota };
  #known: Known | null = null;

  constructor(client: SheetsClient, id: string, quota: { read: Quota; write: Quota }) {
    this.#client = client;
    this.#id = id;
    this.#quota = quota;
  }

  /** The time zone set in the spreadsheet. Rejects with what the Google client throws. */
  async timeZone(signal: AbortSignal): Promise<string> {
    return (await this.#list(signal)).timeZone;
  }

  /** Forgets what is known of the tabs, as after a write that met a tab that is gone. */
  forget(): void {
    this.#known = null;
  }

  /** The tabs as they are now, in the order given; null for one that is missing. */
  async read(wanted: readonly TabRows[], signal: AbortSignal): Promise<(Tab | null)[]> {
    const { tabs } = await this.#list(signal);
    if (wanted.some(({ title }) => !tabs.has(titleName(title)))) {
      this.forget();
      await this.#list(signal);
    }
    const read = new Map<string, Tab>();
    let tailRows = TAIL_ROWS;
    for (
      let left = wanted.filter(({ title }) => this.#known?.tabs.has(titleName(title)));
      left.length > 0;
    ) {
      const sheets = await this.#readRanges(left, tailRows, signal);
      left = left.filter((each) => !this.#take(each, sheets, tailRows, read));
      tailRows *= 4;
    }
    return wanted.map(({ title }) => read.get(titleName(title)) ?? null);
  }

  /**
   * Prepares a write: waits for the quota and for an access token, so that the batch goes out at once when it is sent.
   */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#quota.write.take(signal);
    await this.#client.authorize();
  }

  /**
   * Brings the rows into the tabs as they were read, all or none. Rejects with what the Google client throws.
   *
   * @param shared whether other processes may write to the spreadsheet meanwhile
   * @returns Google's answer as JSON; empty if there was nothing to write
   */
  async write(
    wanted: readonly TabRows[],
    tabs: readonly (Tab | null)[],
    shared: boolean,
    signal: AbortSignal,
  ): Promise<string> {
    const requests = wanted.flatMap(({ rows }, index) =>
      tabRequests(tabs[index] ?? null, randomInt(1, LARGEST_ID), rows, shared),
    );
    if (requests.length === 0) {
      return '';
    }
    if (tabs.includes(null)) {
      this.forget();
    }
    const { data } = await this.#client.spreadsheets.batchUpdate(
      { spreadsheetId: this.#id, requestBody: { requests } },
      { signal },
    );
    return JSON.stringify(data);
  }

  async #list(signal: AbortSignal): Promise<Known> {
    if (this.#known !== null) {
      return this.#known;
    }
    const { data } = await this.#get(signal, { fields: LIST_FIELDS });
    const tabs = new Map<string, KnownTab>();
    for (const { properties } of data.sheets ?? []) {
      const title = properties?.title ?? '';
      const { rowCount, columnCount } = properties?.gridProperties ?? {};
      tabs.set(titleName(title), {
        title,
        rowCount: rowCount ?? 0,
        columnCount: columnCount ?? 0,
        lastRow: null,
        identityColumns: [],
      });
    }
    this.#known = { timeZone: data.properties?.timeZone ?? 'UTC', tabs };
    return this.#known;
  }

  async #readRanges(
    wanted: readonly TabRows[],
    tailRows: number,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, sheets_v4.Schema$Sheet>> {
    const ranges = wanted.flatMap((each) =>
      this.#rangesOf(each, tailRows).map((range) => rangeText(range, this.#knownTab(each))),
    );
    const { data } = await this.#get(signal, { ranges, fields: TAB_FIELDS });
    return new Map((data.sheets ?? []).map((sheet) => [titleName(sheet.properties?.title ?? ''), sheet]));
  }

  /** Reads a tab out of the answer; false if more of it has to be read. */
  #take(
    wanted: TabRows,
    sheets: ReadonlyMap<string, sheets_v4.Schema$Sheet>,
    tailRows: number,
    read: Map<string, Tab>,
  ): boolean {
    const sheet = sheets.get(titleName(wanted.title));
    if (sheet === undefined) {
      return true;
    }
    const known = this.#knownTab(wanted);
    const tab = readTab(sheet, this.#rangesOf(wanted, tailRows), wanted.rows);
    if (tab === null) {
      known.lastRow = null;
      return false;
    }
    known.lastRow = tab.end - 1;
    known.rowCount = tab.rowCount;
    known.columnCount = tab.columnCount;
    const columns = identityColumns(tab, wanted.rows);
    const moved = columns.length > 0 && columns.join() !== known.identityColumns.join();
    known.identityColumns = columns;
    read.set(titleName(wanted.title), tab);
    return !(wanted.lookUp && moved);
  }

  #rangesOf(wanted: TabRows, tailRows: number): TabRange[] {
    const { rowCount, lastRow, identityColumns: columns } = this.#knownTab(wanted);
    const from = Math.max(0, lastRow ?? rowCount - tailRows);
    return [
      { part: 'head', from: 0, column: 0 },
      { part: 'tail', from, column: 0 },
      ...(wanted.lookUp ? columns.map((column): TabRange => ({ part: 'identity', from: 0, column })) : []),
    ];
  }

  #knownTab({ title }: TabRows): KnownTab {
    const known = this.#known?.tabs.get(titleName(title));
    if (known === undefined) {
      throw new Error(`The tab ${title} was not listed.`);
    }
    return known;
  }

  async #get(
    signal: AbortSignal,
    request: Omit<sheets_v4.Params$Resource$Spreadsheets$Get, 'spreadsheetId'>,
  ): Promise<{ data: sheets_v4.Schema$Spreadsheet }> {
    await this.#quota.read.take(signal);
    return this.#client.spreadsheets.get({ spreadsheetId: this.#id, ...request }, { signal });
  }
}

/** The range in A1 notation. */
function rangeText({ part, from, column }: TabRange, { title, columnCount }: KnownTab): string {
  const tab = quotedTab(title);
  const letters = columnLetters(column);
  switch (part) {
    case 'head':
      return `${tab}!1:${HEAD_ROWS}`;
    case 'tail':
      return `${tab}!A${from + 1}:${columnLetters(Math.max(0, columnCount - 1))}`;
    case 'identity':
      return `${tab}!${letters}:${letters}`;
  }
}

/** The columns of the rows' identity; empty if the first of them is not in the tab yet. */
function identityColumns({ layout }: Tab, [first]: readonly Row[]): number[] {
  const columns = (first?.identity ?? []).map(({ header }) => layout?.columns.get(headerName(header)));
  const end = columns.indexOf(undefined);
  return (end < 0 ? columns : columns.slice(0, end)) as number[];
}
