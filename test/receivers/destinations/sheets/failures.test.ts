import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { sampleMessage } from '../../../fixtures/messages.ts';
import { attempt, deliver, EXPERIENCES, LOG, openOn } from './opened.ts';

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

const start = sampleMessage('start');
const WRITE = { path: ':batchUpdate' };

async function repaired(): Promise<void> {
  expect(await destination.send(start, attempt({ number: 2, uncertain: true }))).toMatchObject({
    type: 'done',
  });
  expect(fake.spreadsheet.records(LOG)).toHaveLength(1);
  expect(fake.spreadsheet.records(EXPERIENCES)).toHaveLength(1);
}

describe('a write that may have arrived', () => {
  test.each([
    ['reset', true],
    ['reset', false],
  ] as const)(
    'a connection that breaks (%s, taken effect: %s) is repaired, not repeated',
    async (kind, after) => {
      fake.faults.add({ kind, after }, WRITE);
      expect(await destination.send(start, attempt())).toMatchObject({ type: 'retry', uncertain: true });
      await repaired();
    },
  );

  test.each([true, false])('an answer 500 (taken effect: %s)', async (after) => {
    fake.faults.add({ kind: 'status', status: 500, after }, WRITE);
    expect(await destination.send(start, attempt())).toMatchObject({ type: 'retry', uncertain: true });
    await repaired();
  });

  test('no answer in time: the next attempt of this process waits for the same write', async () => {
    await deliver(destination, sampleMessage('create'));
    fake.faults.add({ kind: 'hang', after: true }, WRITE);
    const aborting = new AbortController();
    const sent = destination.send(start, attempt({ signal: aborting.signal }));
    while (fake.spreadsheet.records(LOG).length < 2) {
      await new Promise(setImmediate);
    }
    aborting.abort();
    expect(await sent).toMatchObject({ type: 'retry', uncertain: true });
    const restarted = await openOn(fake);
    expect(await restarted.send(start, attempt({ number: 2, uncertain: true }))).toMatchObject({
      type: 'done',
      note: expect.stringContaining('there already'),
    });
    await restarted.close();
    expect(fake.spreadsheet.records(LOG)).toHaveLength(2);
  });
});

describe('several processes', () => {
  test('make the tabs at the same moment: each is made once, and no row is lost', async () => {
    fake.delayMs = 10;
    const others = await Promise.all([openOn(fake), openOn(fake)]);
    const outcomes = await Promise.all([
      destination.send(sampleMessage('create'), attempt()),
      ...others.map((other, index) => other.send(sampleMessage(index === 0 ? 'start' : 'end'), attempt())),
    ]);
    await Promise.all(others.map((other) => other.close()));
    expect(outcomes.map(({ type }) => type)).toEqual(['done', 'done', 'done']);
    expect(fake.spreadsheet.tabs).toEqual(['Sheet1', LOG, EXPERIENCES]);
    expect(fake.spreadsheet.records(LOG)).toHaveLength(3);
  });
});

describe('who caused it becomes known later', () => {
  test('the same event again fills the cell in, and adds no row', async () => {
    await deliver(destination, { ...start, triggeredBy: null });
    expect(fake.spreadsheet.records(LOG)[0]?.['Triggered By Email']).toBe('');
    fake.spreadsheet.type(LOG, 1, 0, 'A name typed by hand');
    await destination.send(start, attempt({ number: 2, uncertain: true }));
    expect(fake.spreadsheet.records(LOG)).toMatchObject([
      { 'Triggered By Email': start.triggeredBy, 'Experience Name': 'A name typed by hand' },
    ]);
    await destination.send({ ...start, triggeredBy: null }, attempt({ number: 3, uncertain: true }));
    expect(fake.spreadsheet.records(LOG)).toMatchObject([{ 'Triggered By Email': start.triggeredBy }]);
  });
});

describe('a write that has not arrived', () => {
  test('429 waits as long as Google says, and costs no attempt', async () => {
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'retry',
      rateLimited: true,
      delayMs: 7_000,
    });
  });

  test('the real quota’s answer is understood', async () => {
    fake.quota = 1;
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'retry',
      rateLimited: true,
      delayMs: 20_000,
      answer: expect.stringContaining('RATE_LIMIT_EXCEEDED'),
    });
  });

  test('a reading that breaks is no doubt', async () => {
    fake.faults.add({ kind: 'reset' }, { path: 'fields=' });
    const outcome = await destination.send(start, attempt());
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
  });

  test('a token service that is down is tried again later', async () => {
    fake.faults.add({ kind: 'status', status: 503 }, { path: '/token' });
    const outcome = await destination.send(start, attempt());
    expect(outcome).toMatchObject({ type: 'retry', reason: 'Google’s token service answered 503.' });
    await deliver(destination, start);
  });

  test('tokens that expire are renewed', async () => {
    await deliver(destination, start);
    fake.expireTokens();
    await deliver(destination, sampleMessage('update'));
    expect(fake.spreadsheet.records(LOG)).toHaveLength(2);
  });

  test('a row still waiting when its time is up leaves the queue', async () => {
    fake.faults.add({ kind: 'hang' }, { path: 'fields=' });
    const first = destination.send(start, attempt({ signal: AbortSignal.timeout(100) }));
    while (!fake.calls.includes('token')) {
      await new Promise(setImmediate);
    }
    const aborting = new AbortController();
    const second = destination.send(sampleMessage('update'), attempt({ signal: aborting.signal }));
    aborting.abort();
    const outcome = await second;
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('still waiting') });
    expect(outcome).not.toHaveProperty('uncertain');
    await first;
  });
});

describe('what no repeat mends is dead at once, with what to do', () => {
  test('not shared with the service account', async () => {
    fake.spreadsheet.editors.clear();
    fake.spreadsheet.viewers.add(fake.email);
    const outcome = await destination.send(start, attempt());
    expect(outcome).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining(`share it with ${fake.email}`),
    });
    expect(outcome).toMatchObject({ answer: expect.stringContaining('PERMISSION_DENIED') });
  });

  test('no such spreadsheet', async () => {
    const other = await openOn(fake, {
      spreadsheetId: 'https://docs.google.com/spreadsheets/d/1Gone_Away-9/edit#gid=0',
    });
    expect(await other.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('no spreadsheet of this ID'),
    });
    await other.close();
  });

  test('the API switched off in the project', async () => {
    const message = 'Google Sheets API has not been used in project 1 before or it is disabled.';
    const body = JSON.stringify({ error: { code: 403, message, status: 'PERMISSION_DENIED' } });
    fake.faults.add({ kind: 'status', status: 403, body }, { times: 2, path: 'spreadsheets' });
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('press Enable'),
    });
  });

  test('a key that Google does not know', async () => {
    const { privateKey } = await import('node:crypto').then(({ generateKeyPairSync }) =>
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
    );
    const key = {
      ...JSON.parse(fake.serviceAccountKey),
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    const other = await openOn(fake, { serviceAccountKey: JSON.stringify(key) });
    const outcome = await other.send(start, attempt());
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining('does not accept') });
    expect(JSON.stringify(outcome)).not.toContain('PRIVATE KEY');
    await other.close();
  });

  test.each([
    ['/no/such/file.json', 'there is no such file'],
    ['README.md', 'no valid JSON'],
    ['package.json', 'client_email, private_key is missing or wrong'],
  ])('a file of a key that is none: %s', async (serviceAccountKey, reason) => {
    const other = await openOn(fake, { serviceAccountKey });
    expect(await other.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining(reason),
    });
    expect(await other.check()).toMatchObject([{ state: 'fault', finding: expect.stringContaining(reason) }]);
    await other.close();
  });

  test('a private key that cannot be read', async () => {
    const key = {
      ...JSON.parse(fake.serviceAccountKey),
      private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
    };
    const other = await openOn(fake, { serviceAccountKey: JSON.stringify(key) });
    expect(await other.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('private key cannot be read'),
    });
    await other.close();
  });
});

describe('the check', () => {
  test('names the spreadsheet and changes nothing', async () => {
    const before = fake.spreadsheet.document.sheets;
    expect(await destination.check()).toMatchObject([
      { state: 'ok', finding: `“Experiments” can be written to as ${fake.email}.` },
    ]);
    expect(fake.spreadsheet.document.sheets).toEqual(before);
  });

  test('says with whom to share it', async () => {
    fake.spreadsheet.editors.clear();
    fake.spreadsheet.viewers.add(fake.email);
    expect(await destination.check()).toMatchObject([
      { state: 'fault', fix: `Share the spreadsheet with ${fake.email} as an editor.` },
    ]);
  });

  test('a Google that cannot be reached is only a warning', async () => {
    const other = await openOn(fake, { apiRootUrl: 'http://127.0.0.1:1' });
    expect(await other.check()).toMatchObject([{ state: 'warning' }]);
    expect(await other.send(start, attempt())).toEqual({
      type: 'retry',
      reason: 'Google could not be reached (ECONNREFUSED).',
    });
    await other.close();
  });
});
