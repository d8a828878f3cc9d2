import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Destination, Services } from '../../../../receivers/contract/destination.ts';
import { sheets } from '../../../../receivers/destinations/sheets/definition.ts';
import {
  type FakeGoogleSheets,
  type PersonsSpreadsheet,
  startFakeGoogleSheets,
} from '../../../fakes/google-sheets.ts';
import { messageOf, sampleMessage, samplePayload } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';
import { attempt } from '../common/opened.ts';
import { deliver, EXPERIENCES, LOG, openOn, settingsOn } from './opened.ts';

/** The place of a row: below the last row of our own columns, whatever others put next to and below it. */
let fake: FakeGoogleSheets;
let destination: Destination;
let person: PersonsSpreadsheet;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake);
  person = fake.spreadsheet;
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

/** The rows that hold an action, counted from 0. */
function actionRows(tab = LOG, column = 1): number[] {
  return person.shown(tab).flatMap((row, index) => (/Experience$/.test(row[column] ?? '') ? [index] : []));
}

test('checkboxes down to row 1,000 do not move the next row to row 1,001', async () => {
  await deliver(destination, sampleMessage('create'));
  person.type(LOG, 0, 7, 'Done');
  person.fillCheckboxes(LOG, 7);
  person.fillCheckboxes(EXPERIENCES, 20);
  await deliver(destination, sampleMessage('start'), sampleMessage('update'));
  expect(actionRows()).toEqual([1, 2, 3]);
  expect(person.sheet(LOG).rowCount).toBe(1_000);
  expect(person.cell(LOG, 2, 7)?.userEnteredValue).toEqual({ boolValue: false });
});

test('formulas down to row 1,000 do not move the next row, and stay', async () => {
  await deliver(destination, sampleMessage('create'));
  person.type(LOG, 0, 7, 'Age');
  person.fillFormulas(LOG, 7);
  await deliver(destination, sampleMessage('start'));
  expect(actionRows()).toEqual([1, 2]);
  expect(person.cell(LOG, 2, 7)?.userEnteredValue?.formulaValue).toMatch(/^=IF/);
});

test('checkboxes between our columns keep their cells', async () => {
  await deliver(destination, sampleMessage('create'));
  person.insert(LOG, 'COLUMNS', 2);
  person.type(LOG, 0, 2, 'Reviewed');
  person.fillCheckboxes(LOG, 2);
  await deliver(destination, sampleMessage('start'));
  expect(actionRows()).toEqual([1, 2]);
  expect(person.cell(LOG, 2, 2)?.userEnteredValue).toEqual({ boolValue: false });
  expect(person.records(LOG)[1]).toMatchObject({ 'Experience Type': 'pricing', Reviewed: 'FALSE' });
});

test('a tab prepared with headers and checkboxes gets its first row at the top', async () => {
  person.addTab(LOG);
  person.type(LOG, 0, 0, 'Done', 'Experience Name', 'Action Type', 'Timestamp', 'Experience ID');
  person.fillCheckboxes(LOG, 0);
  await deliver(destination, sampleMessage('create'));
  expect(actionRows(LOG, 2)).toEqual([1]);
});

test('a tab with only checkboxes gets headers in its first row and rows below them', async () => {
  person.addTab(LOG);
  person.fillCheckboxes(LOG, 0);
  await deliver(destination, sampleMessage('create'));
  expect(actionRows(LOG, 2)).toEqual([1]);
});

test('notes far below, in a column of their own, stay in place', async () => {
  await deliver(destination, sampleMessage('create'));
  person.type(LOG, 500, 9, 'Remember the holidays');
  await deliver(destination, sampleMessage('start'));
  expect(actionRows()).toEqual([1, 2]);
  expect(person.shown(LOG)[500]?.[9]).toBe('Remember the holidays');
});

test('gaps in our columns are not filled: the next row goes below the last one', async () => {
  await deliver(destination, sampleMessage('create'), sampleMessage('start'), sampleMessage('update'));
  person.fillCheckboxes(LOG, 9);
  person.type(LOG, 2, 0, '', '', '', '', '', '', '');
  await deliver(destination, sampleMessage('pause'));
  expect(actionRows()).toEqual([1, 3, 4]);
});

test('rows that people delete leave no gap', async () => {
  await deliver(destination, sampleMessage('create'), sampleMessage('start'), sampleMessage('update'));
  person.fillCheckboxes(LOG, 9);
  person.delete(LOG, 'ROWS', 2, 2);
  await deliver(destination, sampleMessage('pause'));
  expect(actionRows()).toEqual([1, 2]);
});

test('the header is not overwritten if it is merged over two rows', async () => {
  person.addTab(LOG);
  person.type(LOG, 0, 0, 'Experience Name', 'Action Type', 'Timestamp');
  person.merge(LOG, { startRowIndex: 0, endRowIndex: 2, startColumnIndex: 0, endColumnIndex: 3 });
  person.freeze(LOG, 2);
  await deliver(destination, sampleMessage('create'), sampleMessage('start'));
  expect(actionRows()).toEqual([2, 3]);
});

test('more than 2,000 rows of others below ours, and a long log, do not matter', async () => {
  await deliver(destination, sampleMessage('create'));
  person.insert(LOG, 'ROWS', 900, 1_500);
  person.fillCheckboxes(LOG, 9);
  const restarted = await openOn(fake);
  await deliver(restarted, sampleMessage('start'), sampleMessage('update'));
  await restarted.close();
  expect(actionRows()).toEqual([1, 2, 3]);
});

test('the sheet grows if checkboxes fill every row', async () => {
  await deliver(destination, sampleMessage('create'));
  person.delete(LOG, 'ROWS', 2, 998);
  person.fillCheckboxes(LOG, 9);
  await deliver(destination, sampleMessage('start'));
  expect(actionRows()).toEqual([1, 2]);
});

test('rows below a table become part of it', async () => {
  await deliver(destination, sampleMessage('create'));
  person.makeTable(LOG, 'Events', {
    startRowIndex: 0,
    endRowIndex: 2,
    startColumnIndex: 0,
    endColumnIndex: 7,
  });
  person.type(LOG, 300, 9, 'Below');
  await deliver(destination, sampleMessage('start'), sampleMessage('update'));
  expect(actionRows()).toEqual([1, 2, 3]);
  expect(person.sheet(LOG).tables[0]?.range?.endRowIndex).toBe(4);
});

test('a table with empty rows is filled from the top', async () => {
  await deliver(destination, sampleMessage('create'));
  person.type(LOG, 0, 7, 'Done');
  person.makeTable(LOG, 'Events', {
    startRowIndex: 0,
    endRowIndex: 1_000,
    startColumnIndex: 0,
    endColumnIndex: 8,
  });
  person.fillCheckboxes(LOG, 7);
  await deliver(destination, sampleMessage('start'));
  expect(actionRows()).toEqual([1, 2]);
});

test('several rows at once are written below each other', async () => {
  await deliver(destination, sampleMessage('create'));
  person.fillCheckboxes(LOG, 9);
  const payload = samplePayload('start');
  const messages = Array.from({ length: 20 }, (_, number) =>
    messageOf({ ...payload, experience: { ...payload.experience, id: `experience-${number}` } }),
  );
  await Promise.all(messages.map((message) => deliver(destination, message)));
  expect(actionRows()).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
});

test('two destinations in one process do not overwrite each other’s rows in a column with checkboxes', async () => {
  await deliver(destination, sampleMessage('create'));
  person.fillCheckboxes(LOG, 9);
  fake.delayMs = 5;
  const other = await openOn(fake);
  await Promise.all([deliver(destination, sampleMessage('start')), deliver(other, sampleMessage('update'))]);
  await other.close();
  expect(actionRows()).toEqual([1, 2, 3]);
});

test('several processes do not overwrite each other’s rows in a column with checkboxes', async () => {
  await deliver(destination, sampleMessage('create'));
  person.fillCheckboxes(LOG, 9);
  const services: Services = { ...servicesFor(sheets), sharers: () => 2 };
  const process = await sheets.open(settingsOn(fake), services);
  let collide = true;
  fake.afterRead = () => {
    // Another process writes the row that this one is about to write.
    if (collide && fake.calls.filter((kind) => kind === 'read').length === 3) {
      collide = false;
      const { sheetId } = person.sheet(LOG);
      person.type(LOG, 2, 0, 'Of another process', 'startExperience');
      person.sheet(LOG).metadata.push({
        metadataId: sheetId + 1,
        metadataKey: 'intelligems-receivers-write',
        metadataValue: '1',
        visibility: 'DOCUMENT',
      });
    }
  };
  fake.calls.length = 0;
  const outcome = await process.send(sampleMessage('update'), attempt());
  const again = await process.send(sampleMessage('pause'), attempt());
  await process.close();
  expect([outcome, again]).toMatchObject([{ type: 'done' }, { type: 'done' }]);
  expect(collide).toBe(false);
  expect(person.shown(LOG).map(([name]) => name)).toContain('Of another process');
  expect(actionRows()).toEqual([1, 2, 3, 4]);
});
