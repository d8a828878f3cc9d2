import { randomInt } from 'node:crypto';
import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { type Tab, tabRequests } from './batch.ts';
import type { SheetsClient } from './client.ts';
import { columnLetters, findLayout, HEAD_ROWS, headerName, quotedTab } from './layout.ts';
import type { Quota } from './quota.ts';
import type { Row } from './render.ts';

/** The rows of one tab, and whether their identities are to be looked up in it. */
export interface TabRows {
  title: string;
  rows: Row[];
  lookUp: boolean;
}

interface KnownTab {
  title: string;
  /** Where the identity column was when the tab was read last; null where it has none yet. */
  identityColumn: number | null;
}

const TAB_LIST_FIELDS = 'properties.timeZone,sheets.properties.title';
const TAB_FIELDS =
  'sheets(properties(sheetId,title,gridProperties.columnCount),data(startRow,startColumn,rowData.values.formattedValue))';
/** The largest ID that a tab can have. */
const SHEET_IDS = 2 ** 31 - 1;

/**
 * One spreadsheet through the Google client. Each write is one read of the tabs' heads (where the headers
 * are now, and which rows are there already) and one atomic `spreadsheets.batchUpdate`.
 */
export class Spreadsheet {
  readonly #client: SheetsClient;
  readonly #id: string;
  readonly #quota: { read: Quota; write: Quota };
  #known: { timeZone: string; tabs: Map<string, KnownTab> } | null = null;

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
    if (wanted.some(({ title }) => !tabs.has(headerName(title)))) {
      this.forget();
      await this.#list(signal);
    }
    const read = await this.#readTabs(wanted, signal);
    const moved = wanted.filter((each) => each.lookUp && this.#identityMoved(each, read));
    if (moved.length > 0) {
      for (const [title, tab] of await this.#readTabs(moved, signal)) {
        read.set(title, tab);
      }
    }
    return wanted.map(({ title }) => read.get(headerName(title)) ?? null);
  }

  /**
   * Brings the rows into the tabs as they were read, all or none. Rejects with what the Google client
   * throws.
   */
  async write(
    wanted: readonly TabRows[],
    tabs: readonly (Tab | null)[],
    signal: AbortSignal,
  ): Promise<string> {
    const requests = wanted.flatMap(({ rows }, index) =>
      tabRequests(tabs[index] ?? null, randomInt(1, SHEET_IDS), rows),
    );
    if (requests.length === 0) {
      return '';
    }
    if (tabs.includes(null)) {
      this.forget();
    }
    await this.#quota.write.take(signal);
    const { data } = await this.#client.spreadsheets.batchUpdate(
      { spreadsheetId: this.#id, requestBody: { requests } },
      { signal },
    );
    return JSON.stringify(data);
  }

  async #list(signal: AbortSignal): Promise<{ timeZone: string; tabs: Map<string, KnownTab> }> {
    if (this.#known !== null) {
      return this.#known;
    }
    await this.#quota.read.take(signal);
    const { data } = await this.#client.spreadsheets.get(
      { spreadsheetId: this.#id, fields: TAB_LIST_FIELDS },
      { signal },
    );
    const tabs = new Map<string, KnownTab>();
    for (const { properties } of data.sheets ?? []) {
      const title = properties?.title ?? '';
      tabs.set(headerName(title), { title, identityColumn: null });
    }
    this.#known = { timeZone: data.properties?.timeZone ?? 'UTC', tabs };
    return this.#known;
  }

  #identityMoved({ title, rows }: TabRows, read: ReadonlyMap<string, Tab>): boolean {
    const known = this.#known?.tabs.get(headerName(title));
    const tab = read.get(headerName(title));
    if (known === undefined || tab === undefined) {
      return false;
    }
    const column = identityColumn(tab, rows);
    const moved = column !== known.identityColumn && column !== null;
    known.identityColumn = column;
    return moved;
  }

  async #readTabs(wanted: readonly TabRows[], signal: AbortSignal): Promise<Map<string, Tab>> {
    const ranges: string[] = [];
    for (const { title, lookUp } of wanted) {
      const known = this.#known?.tabs.get(headerName(title));
      if (known !== undefined) {
        const tab = quotedTab(known.title);
        ranges.push(`${tab}!1:${HEAD_ROWS}`);
        if (lookUp && known.identityColumn !== null) {
          const letters = columnLetters(known.identityColumn);
          ranges.push(`${tab}!${letters}:${letters}`);
        }
      }
    }
    if (ranges.length === 0) {
      return new Map();
    }
    await this.#quota.read.take(signal);
    const { data } = await this.#client.spreadsheets.get(
      { spreadsheetId: this.#id, ranges, fields: TAB_FIELDS },
      { signal },
    );
    return new Map(
      (data.sheets ?? []).map((sheet) => [headerName(sheet.properties?.title ?? ''), readTab(sheet)]),
    );
  }
}

function identityColumn(tab: Tab, rows: readonly Row[]): number | null {
  const [first] = rows;
  if (first === undefined) {
    return null;
  }
  const headers = first.columns.map(({ header }) => header);
  return findLayout(tab.head, headers)?.columns.get(headerName(first.identity.header)) ?? null;
}

function readTab({ properties, data }: sheets_v4.Schema$Sheet): Tab {
  const [head, identities] = data ?? [];
  return {
    sheetId: properties?.sheetId ?? 0,
    title: properties?.title ?? '',
    columnCount: properties?.gridProperties?.columnCount ?? 0,
    head: texts(head),
    identities: identities === undefined ? null : firstRows(texts(identities)),
  };
}

function texts(grid: sheets_v4.Schema$GridData | undefined): string[][] {
  return (grid?.rowData ?? []).map(({ values }) =>
    (values ?? []).map(({ formattedValue }) => formattedValue ?? ''),
  );
}

function firstRows(column: readonly string[][]): Map<string, number> {
  const rows = new Map<string, number>();
  for (const [index, [value]] of column.entries()) {
    if (value !== undefined && value !== '' && !rows.has(value)) {
      rows.set(value, index);
    }
  }
  return rows;
}
