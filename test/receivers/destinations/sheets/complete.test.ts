import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Results } from '../../../../receivers/contract/experience.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { deliver, EXPERIENCES, LOG, openOn } from './opened.ts';

let fake: FakeGoogleSheets;
let destination: Destination;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake);
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

const RESULTS: Results = {
  verdict: 'directional_win',
  summary: 'Leaning toward a win.',
  variations: [],
  currency: 'USD',
  monthlyRevenue: 1200,
  chart: null,
};

test('the row of an event gets the person who caused it in column F', async () => {
  await deliver(destination, sampleMessage('start', { triggeredBy: null }));
  expect(fake.spreadsheet.shown(LOG)[1]?.[5] ?? '').toBe('');
  const named = sampleMessage('start', { triggeredBy: 'noor@alpine-goods.example' });
  expect(await destination.complete?.(named, attempt())).toMatchObject({ type: 'done' });
  const [, row, ...others] = fake.spreadsheet.shown(LOG);
  expect(row?.[5]).toBe('noor@alpine-goods.example');
  expect(others).toEqual([]);
});

test('the row of an experience gets its results once they are known', async () => {
  await deliver(destination, sampleMessage('end'));
  await destination.complete?.(sampleMessage('end', { results: RESULTS }), attempt());
  const [headers, row, ...others] = fake.spreadsheet.shown(EXPERIENCES);
  expect(row?.[headers?.indexOf('Verdict') ?? -1]).toBe('Leaning toward a win');
  expect(others).toEqual([]);
});

test('a row that a person deleted does not come back', async () => {
  await deliver(destination, sampleMessage('create'));
  await destination.complete?.(sampleMessage('start'), attempt());
  expect(fake.spreadsheet.shown(LOG)).toHaveLength(2);
});
