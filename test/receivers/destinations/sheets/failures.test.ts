import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
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
    'after a connection breaks (%s, taken effect: %s), the write is repaired, not repeated',
    async (kind, after) => {
      fake.faults.add({ kind, after }, WRITE);
      expect(await destination.send(start, attempt())).toMatchObject({ type: 'retry', uncertain: true });
      await repaired();
    },
  );

  test.each([true, false])('after an answer 500 (taken effect: %s), the row is there once', async (after) => {
    fake.faults.add({ kind: 'status', status: 500, after }, WRITE);
    expect(await destination.send(start, attempt())).toMatchObject({ type: 'retry', uncertain: true });
    await repaired();
  });

  test('after a timeout, the next attempt finds the row', async () => {
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
      note: expect.stringContaining('already existed'),
    });
    await restarted.close();
    expect(fake.spreadsheet.records(LOG)).toHaveLength(2);
  });
});

describe('several processes at the same moment', () => {
  test('several processes create each tab once, and lose no row', async () => {
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

describe('an event whose author becomes known later', () => {
  test('sending an event again fills in its author and adds no row', async () => {
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

/** What Google's front end answers when it is in trouble: an HTML page. */
const PAGE = '<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title><p>That’s an error.</p></html>';

describe('a write that has not arrived', () => {
  test('an HTML page as the answer to a read makes a readable reason, and nothing uncertain', async () => {
    fake.faults.add({ kind: 'status', status: 502, body: PAGE }, { path: 'fields=' });
    const outcome = await destination.send(start, attempt());
    expect(outcome).toEqual({
      type: 'retry',
      reason: 'Google answered 502: Error 502 (Server Error)!!1 That’s an error.',
      answer: 'Error 502 (Server Error)!!1 That’s an error.',
    });
  });

  test('429 with an HTML page is a rate limit', async () => {
    fake.faults.add({ kind: 'status', status: 429, body: PAGE }, { path: ':batchUpdate' });
    expect(await destination.send(start, attempt())).toMatchObject({ type: 'retry', rateLimited: true });
  });

  test('the failure says how far a wrong clock is off, and costs no attempt', async () => {
    fake.clockOffsetMs = -(2 * 3_600_000 + 180_000);
    const outcome = await destination.send(start, attempt());
    expect(outcome).toMatchObject({
      type: 'retry',
      ownFault: true,
      reason: expect.stringMatching(/^This machine’s clock is 2 hours \d+ minutes? fast/),
    });
    expect(await destination.check()).toMatchObject([
      { state: 'fault', finding: expect.stringContaining('time synchronization') },
    ]);
    fake.clockOffsetMs = 0;
    await deliver(destination, start);
  });

  test('a proxy that is not running means that nothing was written', async () => {
    process.env.http_proxy = 'http://127.0.0.1:1';
    const other = await openOn(fake, { apiRootUrl: 'http://sheets.example' });
    const outcome = await other.send(start, attempt());
    delete process.env.http_proxy;
    await other.close();
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('127.0.0.1:1') });
    expect(outcome).not.toHaveProperty('uncertain');
  });

  test('a tab that gets shorter between two writes is read again', async () => {
    await deliver(destination, sampleMessage('create'));
    fake.spreadsheet.fillCheckboxes(LOG, 9);
    await deliver(destination, start);
    fake.spreadsheet.delete(LOG, 'ROWS', 1, 998);
    await deliver(destination, sampleMessage('update'));
    expect(fake.spreadsheet.records(LOG)[0]).toMatchObject({ 'Action Type': 'updateExperience' });
  });

  test('429 waits as long as Google asks, and costs no attempt', async () => {
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'retry',
      rateLimited: true,
      delayMs: 7_000,
    });
  });

  test('Google’s answer when the quota is used up is a rate limit', async () => {
    fake.quota = 1;
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'retry',
      rateLimited: true,
      delayMs: 20_000,
      answer: expect.stringContaining('RATE_LIMIT_EXCEEDED'),
    });
  });

  test('a read that breaks leaves nothing uncertain', async () => {
    fake.faults.add({ kind: 'reset' }, { path: 'fields=' });
    const outcome = await destination.send(start, attempt());
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
  });

  test('a token service that fails is tried again later', async () => {
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

  test('a row that waits for longer than its attempt leaves the queue', async () => {
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

describe('a failure that a person has to fix is dead at once, with what to do', () => {
  test('a spreadsheet that is not shared with the service account is a dead letter', async () => {
    fake.spreadsheet.editors.clear();
    fake.spreadsheet.viewers.add(fake.email);
    const outcome = await destination.send(start, attempt());
    expect(outcome).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining(`choose Share, and add ${fake.email} as an editor`),
    });
    expect(outcome).toMatchObject({ answer: expect.stringContaining('PERMISSION_DENIED') });
  });

  test('a spreadsheet that does not exist is a dead letter', async () => {
    const other = await openOn(fake, {
      spreadsheetId: 'https://docs.google.com/spreadsheets/d/1Gone_Away-9/edit#gid=0',
    });
    expect(await other.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('no spreadsheet with this ID'),
    });
    await other.close();
  });

  test('an API that is turned off is a dead letter with the address at which to turn it on', async () => {
    fake.apiDisabled = true;
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringMatching(
        /turned off .* Open https:\/\/console\.developers\.google\.com\/.*project=1, choose Enable/,
      ),
    });
  });

  test('an Excel file in Drive is a dead letter', async () => {
    fake.spreadsheet.isExcel = true;
    const advice = expect.stringContaining('File, Save as Google Sheets');
    expect(await destination.send(start, attempt())).toMatchObject({ type: 'dead', reason: advice });
    expect(await destination.check()).toMatchObject([{ state: 'fault', finding: advice }]);
  });

  test('a disabled service account is a dead letter', async () => {
    fake.accountDisabled = true;
    expect(await destination.send(start, attempt())).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining(`The service account ${fake.email} is disabled or deleted`),
    });
  });

  test('a key that Google does not know is a dead letter', async () => {
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
});

describe('the check', () => {
  test('the check names the spreadsheet and changes nothing', async () => {
    const before = fake.spreadsheet.document.sheets;
    expect(await destination.check()).toMatchObject([
      { state: 'ok', finding: `“Experiments” can be written to as ${fake.email}.` },
    ]);
    expect(fake.spreadsheet.document.sheets).toEqual(before);
  });

  test('the check names the address to share the spreadsheet with', async () => {
    fake.spreadsheet.editors.clear();
    fake.spreadsheet.viewers.add(fake.email);
    expect(await destination.check()).toMatchObject([
      { state: 'fault', finding: expect.stringContaining(`add ${fake.email} as an editor`) },
    ]);
  });

  test('the check reports that Google cannot be reached, as for every destination', async () => {
    const other = await openOn(fake, { apiRootUrl: 'http://127.0.0.1:1' });
    expect(await other.check()).toMatchObject([{ state: 'fault' }]);
    expect(await other.send(start, attempt())).toMatchObject({
      type: 'retry',
      reason: expect.stringContaining('nothing is listening at 127.0.0.1:1'),
    });
    await other.close();
  });
});
