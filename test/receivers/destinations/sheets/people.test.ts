import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import {
  type FakeGoogleSheets,
  type PersonsSpreadsheet,
  startFakeGoogleSheets,
} from '../../../fakes/google-sheets.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { deliver, EXPERIENCES, LOG, openOn } from './opened.ts';

let fake: FakeGoogleSheets;
let destination: Destination;
let person: PersonsSpreadsheet;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake);
  person = fake.spreadsheet;
  await deliver(destination, sampleMessage('create'), sampleMessage('start'));
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

const actions = (headerRow = 0): (string | undefined)[] =>
  person.records(LOG, headerRow).map((record) => record['Action Type']);

/** Sends the start once more as an attempt in doubt. */
async function inDoubt(): Promise<void> {
  const outcome = await destination.send(sampleMessage('start'), attempt({ number: 2, uncertain: true }));
  expect(outcome).toMatchObject({ type: 'done', note: expect.stringContaining('already existed') });
}

describe('people work in the spreadsheet', () => {
  test('rows stay right when people sort them', async () => {
    person.sort(LOG, 3, 'DESCENDING');
    await inDoubt();
    await deliver(destination, sampleMessage('update'));
    expect(actions()).toEqual(['startExperience', 'createExperience', 'updateExperience']);
  });

  test('rows stay right when people insert a title above the headers, and rows between', async () => {
    person.insert(LOG, 'ROWS', 0);
    person.type(LOG, 0, 0, 'Our experiments');
    person.insert(LOG, 'ROWS', 3, 2);
    person.insert(EXPERIENCES, 'ROWS', 0, 2);
    await inDoubt();
    await deliver(destination, sampleMessage('pause'));
    expect(actions(1)).toEqual(['createExperience', '', '', 'startExperience', 'pauseExperience']);
    expect(person.records(EXPERIENCES, 2)).toMatchObject([{ Status: 'Paused' }]);
  });

  test('a row that people delete stays deleted', async () => {
    person.delete(LOG, 'ROWS', 1);
    await inDoubt();
    await deliver(destination, sampleMessage('update'));
    expect(actions()).toEqual(['startExperience', 'updateExperience']);
  });

  test('rows stay right when people reorder columns and add their own', async () => {
    person.move(LOG, 'COLUMNS', 6, 0);
    person.move(LOG, 'COLUMNS', 5, 1);
    person.insert(LOG, 'COLUMNS', 2);
    person.type(LOG, 0, 2, 'Our notes');
    person.type(LOG, 2, 2, 'mine');
    person.move(EXPERIENCES, 'COLUMNS', 12, 0);
    person.insert(EXPERIENCES, 'COLUMNS', 3);
    person.type(EXPERIENCES, 0, 3, 'Owner');
    person.type(EXPERIENCES, 1, 3, 'Maya');
    await inDoubt();
    await deliver(destination, sampleMessage('update'));
    const records = person.records(LOG);
    expect(records.map((record) => record['Our notes'])).toEqual(['', 'mine', '']);
    expect(records[2]).toMatchObject({
      'Action Type': 'updateExperience',
      'Triggered By Email': 'jonas@alpine-goods.example',
      'Experience Name': 'Backpack price test',
    });
    expect(person.records(EXPERIENCES)).toMatchObject([
      { Owner: 'Maya', 'Last Event': 'Experience Updated' },
    ]);
  });

  test('rows stay right when people change the case of a header, or delete a column, which comes back at the end', async () => {
    person.type(LOG, 0, 1, ' action TYPE ');
    person.delete(LOG, 'COLUMNS', 2);
    await deliver(destination, sampleMessage('update'));
    expect(person.shown(LOG)[0]).toEqual([
      'Experience Name',
      ' action TYPE ',
      'Timestamp',
      'Experience ID',
      'Triggered By Email',
      'Event Key',
      'Experience Type',
    ]);
    expect(person.records(LOG)[2]).toMatchObject({
      ' action TYPE ': 'updateExperience',
      'Experience Type': 'pricing',
    });
  });

  test('rows stay right when people trim the sheet to its content', async () => {
    person.delete(LOG, 'COLUMNS', 6, 20);
    person.delete(LOG, 'ROWS', 3, 997);
    await deliver(destination, sampleMessage('update'));
    expect(actions()).toEqual(['createExperience', 'startExperience', 'updateExperience']);
    expect(person.records(LOG)[2]?.['Event Key']).toMatch(/^evt_/);
  });

  test('a tab that people delete or rename is created again', async () => {
    person.deleteTab(LOG);
    await deliver(destination, sampleMessage('update'));
    expect(actions()).toEqual(['updateExperience']);
    person.renameTab(LOG, 'Old log');
    await deliver(destination, sampleMessage('pause'));
    expect(actions()).toEqual(['pauseExperience']);
    expect(person.records('Old log')).toHaveLength(1);
  });

  test('rows stay right when people have a table of their own in the tab', async () => {
    person.addTab('Mine');
    person.type('Mine', 0, 0, 'Budget', 'Owner');
    person.type('Mine', 1, 0, '100', 'Maya');
    const other = await openOn(fake, { tab: 'Mine', experiencesTab: 'off' });
    await deliver(other, sampleMessage('update'));
    await other.close();
    const [headers, theirs, ours] = person.shown('Mine');
    expect(headers?.slice(0, 4)).toEqual(['Budget', 'Owner', 'Experience Name', 'Action Type']);
    expect(theirs).toEqual(['100', 'Maya']);
    expect(ours?.slice(0, 4)).toEqual(['', '', 'Backpack price test', 'updateExperience']);
  });
});
