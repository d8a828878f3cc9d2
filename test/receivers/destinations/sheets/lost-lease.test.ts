import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import { type FakeGoogleSheets, startFakeGoogleSheets } from '../../../fakes/google-sheets.ts';
import { messageOf, sampleMessage, samplePayload } from '../../../fixtures/messages.ts';
import { attempt } from '../common/opened.ts';
import { deliver, LOG, openOn } from './opened.ts';

/** An attempt whose signal aborts, as when its process lost the lease, writes nothing from then on. */
let fake: FakeGoogleSheets;
let destination: Destination;

beforeEach(async () => {
  fake = await startFakeGoogleSheets();
  destination = await openOn(fake);
  await deliver(destination, sampleMessage('create'));
});

afterEach(async () => {
  await destination.close();
  await fake.close();
});

function actions(): (string | undefined)[] {
  return fake.spreadsheet.records(LOG).map((record) => record['Action Type']);
}

function writes(): number {
  return fake.calls.filter((kind) => kind === 'write').length;
}

test('nothing is written if the lease is lost between reading and writing', async () => {
  const before = writes();
  const lost = new AbortController();
  fake.afterRead = () => lost.abort();
  const outcome = await destination.send(sampleMessage('start'), attempt({ signal: lost.signal }));
  expect(outcome).toMatchObject({ type: 'retry' });
  expect(outcome).not.toHaveProperty('uncertain');
  await destination.close();
  expect(writes()).toBe(before);
  expect(fake.spreadsheet.records(LOG)).toHaveLength(1);
});

test('nothing is written if the lease is lost while a new access token is fetched', async () => {
  const restarted = await openOn(fake);
  const lost = new AbortController();
  fake.delayMs = 20;
  const sent = restarted.send(sampleMessage('start'), attempt({ signal: lost.signal }));
  while (!fake.calls.slice(-1).includes('token')) {
    await new Promise(setImmediate);
  }
  lost.abort();
  expect(await sent).toMatchObject({ type: 'retry' });
  await deliver(restarted, sampleMessage('update'));
  await restarted.close();
  expect(actions()).toEqual(['createExperience', 'updateExperience']);
});

test('only the rows of a batch whose lease is lost are left out', async () => {
  const payload = samplePayload('start');
  const messages = [1, 2, 3].map((number) =>
    messageOf({ ...payload, experience: { ...payload.experience, id: `experience-${number}` } }),
  );
  const lost = new AbortController();
  fake.afterRead = () => lost.abort();
  const outcomes = await Promise.all(
    messages.map((message, index) =>
      destination.send(message, attempt(index === 1 ? { signal: lost.signal } : {})),
    ),
  );
  expect(outcomes).toMatchObject([{ type: 'done' }, { type: 'retry' }, { type: 'done' }]);
  expect(outcomes[1]).not.toHaveProperty('uncertain');
  const ids = fake.spreadsheet.records(LOG).map((record) => record['Experience ID']);
  expect(ids.slice(1)).toEqual(['experience-1', 'experience-3']);
});

test('a process that was suspended between reading and writing, with overdue timers, writes nothing', async () => {
  const lost = new AbortController();
  fake.afterRead = () => {
    setTimeout(() => lost.abort(), 5);
    const until = performance.now() + 60;
    while (performance.now() < until) {
      // The process stands still.
    }
  };
  const outcome = await destination.send(sampleMessage('start'), attempt({ signal: lost.signal }));
  expect(outcome).toMatchObject({ type: 'retry' });
  fake.afterRead = () => {};
  await deliver(destination, sampleMessage('update'));
  expect(actions()).toEqual(['createExperience', 'updateExperience']);
});

test('a request that hangs ends with its attempt as one that may have arrived', async () => {
  fake.faults.add({ kind: 'hang' }, { path: ':batchUpdate' });
  const outcome = await destination.send(
    sampleMessage('start'),
    attempt({ signal: AbortSignal.timeout(300) }),
  );
  expect(outcome).toMatchObject({ type: 'retry', uncertain: true });
});
