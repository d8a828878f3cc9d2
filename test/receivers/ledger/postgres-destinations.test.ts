import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { closeAll, closing, DONE, event, Process, run } from '../../fixtures/postgres-process.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

const toNew = () => ({
  deliveries: [{ destination: 'new', route: 'all', dueAt: Date.now(), quietMs: null }],
});

/** Resolves when the database shows it. */
async function comes(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a receiver that starts with older settings leaves a newer destination to the receiver that has it', async () => {
  const url = await databases.create();
  const api = await startFakeOwnApi();
  closing.push(() => api.close());
  api.faults.draw(() => ({ kind: 'status', status: 503 }));
  const home = temporaryFolder();
  closing.push(async () => home.remove());
  const older = { DATA_DIR: home.folder, DATABASE_URL: url, DATABASE_LEASE_SECONDS: '3' };
  const newer = await ReceiverHere.start({
    ...older,
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    FIRST_RETRY_SECONDS: '0.3',
    RETRY_FACTOR: '1',
    PAUSE_AFTER_FAILURES: '50',
  });
  closing.push(() => newer.stop());
  expect(newer.output).toMatch(/this process uses up to 1[0-9] connections/);
  expect((await newer.post(sampleBody('start'))).status).toBe(200);
  await newer.printed(/will try again/);
  const behind = await ReceiverHere.start(older);
  closing.push(() => behind.stop());
  const states = async () =>
    (await run(url, "SELECT state, tries FROM ledger.deliveries WHERE destination = 'http'")).rows;
  await comes(async () => (await states())[0]?.tries >= 4);
  expect((await states())[0]?.state).not.toBe('dead');
  expect(behind.output).not.toMatch(/no longer in the settings/);
  api.faults.clear();
  await comes(async () => (await states())[0]?.state === 'done');
});

test('a process that only accepts keeps its destinations from being given up', async () => {
  const url = await databases.create();
  const accepting = await Process.open(url);
  await accepting.deliver(0, ['slack', 'new']);
  const given = event(toNew());
  await accepting.ledger.accept(given);
  const older = await (await Process.open(url)).deliver();
  const both = event();
  await accepting.ledger.accept(both);
  const handed = await older.next();
  expect(handed.delivery.eventKey).toBe(both.key);
  handed.answer(DONE);
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  expect(older.givenUp).toEqual([]);
  expect(older.unseen).toBe(0);
  expect(older.ledger.queue.workers).toBe(1);
  expect(await accepting.ledger.deliveries(given.key)).toMatchObject([{ state: 'ready', attempts: 0 }]);
});

test('the only process gives up at once what it no longer has, and nothing of it stays in the queue', async () => {
  const url = await databases.create();
  const process = await Process.open(url);
  const given = [
    event(toNew()),
    event({ ...toNew(), experienceId: 'one' }),
    event({ ...toNew(), experienceId: 'one' }),
  ];
  for (const each of given) {
    await process.ledger.accept(each);
  }
  await process.deliver();
  for (const _ of given) {
    (await process.next()).answer({ type: 'dead', reason: 'The destination is no longer in the settings.' });
  }
  for (const { key } of given) {
    expect(await process.finished(key)).toEqual(['dead']);
  }
  expect(process.givenUp).toEqual(['new']);
  await comes(async () => (await run(url, 'SELECT FROM ledger_queue.jobs')).rowCount === 0);
});

test('what the last process with a destination leaves is given up by the others, after the time of a restart', async () => {
  const url = await databases.create();
  const older = await (await Process.open(url)).deliver();
  const newer = await (await Process.open(url)).deliver(4, ['slack', 'new']);
  const given = event(toNew());
  await older.ledger.accept(given);
  const handed = await newer.next();
  expect(handed.delivery.eventKey).toBe(given.key);
  await newer.ledger.queue.stop(0);
  const stoppedAt = performance.now();
  const ended = await older.next();
  expect(performance.now() - stoppedAt).toBeGreaterThan(1_000);
  expect(ended.delivery.eventKey).toBe(given.key);
  ended.answer({ type: 'dead', reason: 'The destination is no longer in the settings.' });
  expect(await older.finished(given.key)).toEqual(['dead']);
});
