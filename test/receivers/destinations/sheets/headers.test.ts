import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import { headerName } from '../../../../receivers/destinations/sheets/layout.ts';
import {
  type FakeGoogleSheets,
  type PersonsSpreadsheet,
  startFakeGoogleSheets,
} from '../../../fakes/google-sheets.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { deliver, EXPERIENCES, LOG, openOn } from './opened.ts';

let fake: FakeGoogleSheets;
let destination: Destination;
let person: PersonsSpreadsheet;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake);
  person = fake.spreadsheet;
  await deliver(destination, sampleMessage('create'));
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

const ID_COLUMN = 12;

// Wrapped headers: https://github.com/pixiebrix/pixiebrix-extension/issues/7346 and its kind.
test.each([
  'Experience\nID',
  'Experience\r\nID',
  'Experience\u00a0ID',
  'Experience   ID',
  ' experience id ',
  'Experience ID:',
  'EXPERIENCE\u200b ID',
  'ExperienceID',
])('an experience keeps its one row if its header is written as %j', async (header) => {
  person.type(EXPERIENCES, 0, ID_COLUMN, header);
  await deliver(destination, sampleMessage('start'));
  const restarted = await openOn(fake);
  await deliver(restarted, sampleMessage('update'));
  await restarted.close();
  const [headers, ...rows] = person.shown(EXPERIENCES);
  expect(rows).toHaveLength(1);
  expect(headers?.filter((each) => headerName(each) === 'experienceid')).toEqual([header]);
});

test('an event’s row is found under a header with line breaks', async () => {
  person.type(LOG, 0, 6, 'Event\nKey');
  await deliver(destination, sampleMessage('start'));
  expect(person.shown(LOG)[0]).toHaveLength(7);
});

test('the check reports a header that two columns have, and rows use the first of them', async () => {
  person.type(LOG, 0, 7, 'Action\nType');
  await deliver(destination, sampleMessage('start'));
  expect(person.shown(LOG)[2]?.[1]).toBe('startExperience');
  expect(person.shown(LOG)[2]?.[7]).toBeUndefined();
  expect(await destination.check()).toMatchObject([
    { state: 'ok' },
    { state: 'warning', finding: expect.stringContaining('“Action Type” in columns B and H') },
  ]);
});

test('sources with the same experience ID have a row each', async () => {
  await deliver(destination, sampleMessage('start', { source: 'outlet' }));
  await deliver(destination, sampleMessage('update'));
  const records = person.records(EXPERIENCES);
  expect(records.map(({ Source, Status }) => [Source, Status])).toEqual([
    [sampleMessage('create').source, 'Started'],
    ['outlet', 'Started'],
  ]);
});

test('an experience keeps its row if someone deletes the column of the source', async () => {
  person.delete(EXPERIENCES, 'COLUMNS', 13);
  await deliver(destination, sampleMessage('start'), sampleMessage('update'));
  expect(person.records(EXPERIENCES)).toHaveLength(1);
});
