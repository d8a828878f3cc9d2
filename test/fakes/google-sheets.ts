import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { sheets_v4 } from '@googleapis/sheets';
import { closed, listening } from '../fixtures/listening.ts';
import { answerFault, FaultPlan } from './faults.ts';
import {
  ApiError,
  invalid,
  NO_PERMISSION,
  NOT_FOUND,
  NOT_SUPPORTED,
  quotaExceeded,
  SERVICE_DISABLED,
  UNAUTHENTICATED,
} from './google-sheets/errors.ts';
import { masked, readFieldMask } from './google-sheets/fields.ts';
import { findMetadata } from './google-sheets/metadata.ts';
import { PersonsSpreadsheet } from './google-sheets/person.ts';
import { type GridRange, readRange } from './google-sheets/ranges.ts';
import { applyRequests } from './google-sheets/requests.ts';
import { filled, type Sheet, shownValue, usedRows } from './google-sheets/sheet.ts';
import { Tokens } from './google-sheets/tokens.ts';

export type { PersonsSpreadsheet } from './google-sheets/person.ts';

export interface FakeGoogleSheets {
  /** For GOOGLE_API_ROOT_URL: the API and its token endpoint. */
  url: string;
  /** For GOOGLE_SERVICE_ACCOUNT_KEY: the key file's JSON text. */
  serviceAccountKey: string;
  /** The service account's address, with which spreadsheets are shared. */
  email: string;
  faults: FaultPlan;
  /** What was called, in order. */
  calls: ('token' | 'read' | 'write')[];
  /** Calls allowed a minute, of reading and of writing each; null for no limit. */
  quota: number | null;
  /** How long each answer takes, in milliseconds. */
  delayMs: number;
  /** The Sheets API is off in the service account's project. */
  apiDisabled: boolean;
  /** The service account is disabled. */
  accountDisabled: boolean;
  /** How far Google's clock is ahead of this machine's, milliseconds: in Date headers and in the check of tokens. */
  clockOffsetMs: number;
  /** Refuses a batch because of its content; null accepts it. */
  refuse: (requests: readonly sheets_v4.Schema$Request[]) => ApiError | null;
  /** Called when a read was answered: what happens between a read and the write after it. */
  afterRead: () => void;
  /** The first spreadsheet, shared with the service account. */
  spreadsheet: PersonsSpreadsheet;
  /** Makes another spreadsheet, shared with the service account unless a test changes that. */
  addSpreadsheet(id: string, options?: { title?: string; timeZone?: string }): PersonsSpreadsheet;
  /** Makes all access tokens invalid. */
  expireTokens(): void;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

/**
 * Starts a Google Sheets on 127.0.0.1 that checks what the real one checks: tokens signed with the service
 * account's key, who may write, ranges, field masks, sheet IDs, grid limits, batches that take effect whole
 * or not at all, developer metadata, and the quota. Formulas are kept, not computed.
 */
export async function startFakeGoogleSheets(): Promise<FakeGoogleSheets> {
  const tokens = new Tokens();
  const spreadsheets = new Map<string, PersonsSpreadsheet>();
  const recent: Record<'read' | 'write', number[]> = { read: [], write: [] };
  const addSpreadsheet: FakeGoogleSheets['addSpreadsheet'] = (id, options = {}) => {
    const { title = 'Experiments', timeZone = 'America/New_York' } = options;
    const added = new PersonsSpreadsheet(id, title, timeZone);
    added.editors.add(tokens.email);
    spreadsheets.set(id, added);
    return added;
  };
  const fake: FakeGoogleSheets = {
    url: '',
    serviceAccountKey: tokens.keyFile,
    email: tokens.email,
    faults: new FaultPlan(),
    calls: [],
    quota: null,
    delayMs: 0,
    apiDisabled: false,
    accountDisabled: false,
    clockOffsetMs: 0,
    refuse: () => null,
    afterRead: () => {},
    spreadsheet: addSpreadsheet('1FakeSpreadsheetOfExperiments'),
    addSpreadsheet,
    expireTokens: () => tokens.expire(),
    close: () => closed(server),
  };

  function answer(request: IncomingMessage, body: string): { status: number; body: object } {
    const url = new URL(request.url ?? '/', fake.url);
    if (request.method === 'POST' && url.pathname === '/token') {
      fake.calls.push('token');
      tokens.clockOffsetMs = fake.clockOffsetMs;
      tokens.isDisabled = fake.accountDisabled;
      return tokens.answer(body);
    }
    try {
      return { status: 200, body: answerApi(request, url, body) };
    } catch (error) {
      if (error instanceof ApiError) {
        return { status: error.code, body: error.body };
      }
      throw error;
    }
  }

  function answerApi(request: IncomingMessage, url: URL, body: string): object {
    if (!tokens.accepts(request.headers.authorization)) {
      throw UNAUTHENTICATED;
    }
    const [, id = '', verb = ''] =
      /^\/v4\/spreadsheets\/([^/:]+)(.*)$/.exec(decodeURIComponent(url.pathname)) ?? [];
    const call = `${request.method} ${verb}`;
    const kind = call === 'POST :batchUpdate' ? 'write' : 'read';
    fake.calls.push(kind);
    if (fake.apiDisabled) {
      throw SERVICE_DISABLED;
    }
    countAgainstQuota(kind);
    const spreadsheet = spreadsheets.get(id);
    if (spreadsheet === undefined) {
      throw NOT_FOUND;
    }
    const allowed =
      spreadsheet.editors.has(fake.email) || (kind === 'read' && spreadsheet.viewers.has(fake.email));
    if (!allowed) {
      throw NO_PERMISSION;
    }
    if (spreadsheet.isExcel) {
      throw NOT_SUPPORTED;
    }
    switch (call) {
      case 'GET ':
        return readSpreadsheet(spreadsheet, url.searchParams);
      case 'POST :batchUpdate':
        return batchUpdate(spreadsheet, readJson(body), fake);
      case 'POST /developerMetadata:search':
        return searchMetadata(spreadsheet, readJson(body));
      default:
        throw NOT_FOUND;
    }
  }

  function countAgainstQuota(kind: 'read' | 'write'): void {
    if (fake.quota === null) {
      return;
    }
    const now = Date.now();
    recent[kind] = recent[kind].filter((time) => time > now - MINUTE_MS);
    if (recent[kind].length >= fake.quota) {
      throw quotaExceeded(kind === 'read' ? 'Read' : 'Write', fake.quota);
    }
    recent[kind].push(now);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (fake.delayMs > 0) {
      await setTimeout(fake.delayMs);
    }
    const fault = fake.faults.next(request);
    if (fault !== null && fault.after !== true) {
      answerFault(fault, response);
      return;
    }
    const answered = answer(request, body);
    if (fault !== null) {
      answerFault(fault, response);
      return;
    }
    const date = new Date(Date.now() + fake.clockOffsetMs).toUTCString();
    response.writeHead(answered.status, { 'Content-Type': 'application/json; charset=UTF-8', Date: date });
    response.end(JSON.stringify(answered.body));
    if (request.method === 'GET') {
      fake.afterRead();
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  fake.url = `http://127.0.0.1:${await listening(server)}`;
  return fake;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function readJson(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('Invalid JSON payload received. Unexpected token.');
  }
}

function readSpreadsheet({ id, document }: PersonsSpreadsheet, query: URLSearchParams): object {
  const ranges = query.getAll('ranges').map((range) => readRange(range, document.sheets));
  const fields = query.get('fields');
  const withData = fields?.includes('data') || query.get('includeGridData') === 'true';
  const sheets = document.sheets
    .filter((sheet) => ranges.length === 0 || ranges.some((range) => range.sheet === sheet))
    .map((sheet) => {
      const own = ranges.filter((range) => range.sheet === sheet);
      const parts =
        own.length === 0 && withData ? [readRange(`'${sheet.title.replaceAll("'", "''")}'`, [sheet])] : own;
      return {
        properties: sheetProperties(sheet, document.sheets),
        ...(sheet.merges.length > 0 ? { merges: sheet.merges } : {}),
        ...(sheet.tables.length > 0 ? { tables: sheet.tables } : {}),
        ...(sheet.metadata.length > 0 ? { developerMetadata: sheet.metadata } : {}),
        ...(withData ? { data: parts.map(gridData) } : {}),
      };
    });
  const properties = { title: document.title, timeZone: document.timeZone, locale: 'en_US' };
  const answer = { spreadsheetId: id, properties, sheets };
  return fields === null ? answer : (masked(answer, readFieldMask(fields)) as object);
}

function sheetProperties(sheet: Sheet, all: readonly Sheet[]): object {
  const { sheetId, title, rowCount, columns, frozenRowCount } = sheet;
  const gridProperties = { rowCount, columnCount: columns.length, frozenRowCount };
  return { sheetId, title, index: all.indexOf(sheet), sheetType: 'GRID', gridProperties };
}

function gridData({ sheet, startRow, endRow, startColumn, endColumn }: GridRange): object {
  const rows = sheet.rows.slice(startRow, Math.min(endRow, usedRows(sheet)));
  const rowData = rows.map(({ cells }) => {
    const part = cells.slice(startColumn, endColumn);
    return {
      values: part
        .slice(0, part.findLastIndex(filled) + 1)
        .map((cell) => (filled(cell) ? { ...cell, formattedValue: shownValue(cell) } : {})),
    };
  });
  return { ...(startRow > 0 ? { startRow } : {}), ...(startColumn > 0 ? { startColumn } : {}), rowData };
}

function batchUpdate(
  spreadsheet: PersonsSpreadsheet,
  body: Record<string, unknown>,
  { refuse, email }: FakeGoogleSheets,
): object {
  const requests = body.requests as sheets_v4.Schema$Request[] | undefined;
  const refused = refuse(requests ?? []);
  if (refused !== null) {
    throw refused;
  }
  const { document, replies } = applyRequests(spreadsheet.document, requests, email);
  spreadsheet.document = document;
  return { spreadsheetId: spreadsheet.id, replies };
}

function searchMetadata({ document }: PersonsSpreadsheet, body: Record<string, unknown>): object {
  const filters = (body.dataFilters ?? []) as sheets_v4.Schema$DataFilter[];
  const matched = filters.flatMap((filter) =>
    findMetadata(document, filter.developerMetadataLookup ?? {}).map((developerMetadata) => ({
      developerMetadata,
      dataFilters: [filter],
    })),
  );
  return matched.length === 0 ? {} : { matchedDeveloperMetadata: matched };
}
