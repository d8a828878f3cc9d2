import type { sheets_v4 } from '@googleapis/sheets';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openClient, type SheetsClient } from '../../../../receivers/destinations/sheets/client.ts';
import { readCredentials } from '../../../../receivers/destinations/sheets/credentials.ts';
import {
  type FakeGoogleSheets,
  type PersonsSpreadsheet,
  startFakeGoogleSheets,
} from '../../../fakes/google-sheets.ts';

/** The two ways to find a row again by its event, side by side: what `openSheets` chooses by. */
let fake: FakeGoogleSheets;
let client: SheetsClient;
let person: PersonsSpreadsheet;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  person = fake.spreadsheet;
  const read = readCredentials(fake.serviceAccountKey);
  if (!read.ok) {
    throw new Error(read.reason);
  }
  client = openClient(read.credentials, fake.url);
});

afterEach(async () => {
  await client.close();
  await fake.close();
});

const sheetId = 0;
const key = (number: number): string => `evt_${String(number).padStart(32, '0')}`;
const values = (number: number): sheets_v4.Schema$CellData[] => [
  { userEnteredValue: { stringValue: `Event ${number}` } },
];

function write(...requests: sheets_v4.Schema$Request[]): Promise<unknown> {
  return client.spreadsheets.batchUpdate({ spreadsheetId: person.id, requestBody: { requests } });
}

/** A row with its key in a column. */
function withColumn(number: number): sheets_v4.Schema$Request[] {
  const cells = [...values(number), { userEnteredValue: { stringValue: key(number) } }];
  return [{ appendCells: { sheetId, rows: [{ values: cells }], fields: 'userEnteredValue' } }];
}

/** A row whose key is fastened to it: its place must be known before, so it is made at the top. */
function withMetadata(number: number): sheets_v4.Schema$Request[] {
  const range = { sheetId, dimension: 'ROWS', startIndex: 0, endIndex: 1 };
  const start = { sheetId, rowIndex: 0, columnIndex: 0 };
  return [
    { insertDimension: { range } },
    { updateCells: { start, rows: [{ values: values(number) }], fields: 'userEnteredValue' } },
    {
      createDeveloperMetadata: {
        developerMetadata: {
          metadataKey: 'event',
          metadataValue: key(number),
          location: { dimensionRange: range },
          visibility: 'DOCUMENT',
        },
      },
    },
  ];
}

async function rowByMetadata(number: number): Promise<number | null> {
  const developerMetadataLookup = { metadataKey: 'event', metadataValue: key(number) };
  const { data } = await client.spreadsheets.developerMetadata.search({
    spreadsheetId: person.id,
    requestBody: { dataFilters: [{ developerMetadataLookup }] },
  });
  const location = data.matchedDeveloperMetadata?.[0]?.developerMetadata?.location;
  return location?.dimensionRange?.startIndex ?? null;
}

function rowByColumn(number: number): number | null {
  const index = person.shown('Sheet1').findIndex(([, shown]) => shown === key(number));
  return index < 0 ? null : index;
}

describe('finding a row again', () => {
  test('a column and metadata both find rows after people sort, insert, and delete', async () => {
    for (const [make, find] of [
      [withColumn, async (number: number) => rowByColumn(number)],
      [withMetadata, rowByMetadata],
    ] as const) {
      for (const number of [3, 1, 2]) {
        await write(...make(number));
      }
      person.sort('Sheet1', 0, 'ASCENDING', 0);
      person.insert('Sheet1', 'ROWS', 1);
      expect(await find(1)).toBe(0);
      expect(await find(2)).toBe(2);
      person.delete('Sheet1', 'ROWS', 2);
      expect(await find(2)).toBeNull();
      expect(await find(3)).toBe(2);
      person.delete('Sheet1', 'ROWS', 0, 3);
    }
  });

  test('metadata is full after some hundred events, and a column is not', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, number) => number);
    await write(...numbers.slice(0, 700).flatMap(withMetadata));
    await expect(
      write(...withMetadata(701), ...withMetadata(702), ...numbers.flatMap(withMetadata)),
    ).rejects.toThrow('developer metadata storage quota');
    expect(person.shown('Sheet1')).toHaveLength(700);
    person.delete('Sheet1', 'ROWS', 0, 700);
    await write(...numbers.flatMap(withColumn));
    expect(rowByColumn(999)).toBe(999);
  });
});
