import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ClaimedDelivery, Settlement } from '../../../receivers/contract/delivery.ts';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import type { ExportedEvent } from '../../../receivers/contract/ledger-reader.ts';
import { circuitBreaker } from '../../../receivers/delivery/circuit-breaker.ts';
import { PostgresLedger } from '../../../receivers/ledger/postgres/ledger.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { type PostgresServer, startPostgres } from '../../fixtures/postgres.ts';
import { runCommand, temporaryFolder } from '../../fixtures/receiver.ts';

const BREAKER = circuitBreaker({ failures: 1_000, firstPauseMs: 1, longestPauseMs: 1 });

let server: PostgresServer;
let folder: { folder: string; remove(): void };
let original: ExportedEvent[];
let moved: { url: string; told: string };

beforeAll(async () => {
  server = await startPostgres({ durable: false });
  folder = temporaryFolder();
  original = await fill(folder.folder);
  const url = await server.createDatabase();
  const { stderr } = await runCommand(['import', '--from', folder.folder], { DATABASE_URL: url });
  moved = { url, told: stderr };
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

function event(number: number): NewEvent {
  // Of an experience's events, two and two: starts, then a burst of updates.
  const update = Math.floor(number / 40) % 4 >= 2;
  const dueAt = Date.now() + (update ? 3_600_000 : 0);
  return {
    key: `evt_${String(number).padStart(4, '0')}`,
    source: 'default',
    origin: 'webhook',
    action: number % 50 === 0 ? null : update ? 'updateExperience' : 'startExperience',
    experienceId: number % 50 === 0 ? null : `experience-${number % 40}`,
    experienceName: `Test “${number % 40}”`,
    organizationId: 'organization-1',
    occurredAt: 1_790_000_000_000 - (number % 7),
    receivedAt: 1_790_000_000_000 + number,
    body: number % 50 === 0 ? Buffer.from([0, 255, number % 256]) : Buffer.from(`{"number":${number}}`),
    headers: { 'user-agent': 'test' },
    problem: number % 50 === 0 ? 'The body is not JSON.' : null,
    deliveries: [
      { destination: 'slack', route: 'all', dueAt, quietMs: update ? 3_600_000 : null },
      { destination: 'http', route: 'all', dueAt: Date.now(), quietMs: null },
    ],
  };
}

/** Six hundred events of which some are done, dead, merged, tried or open, in a ledger on SQLite. */
async function fill(dataFolder: string): Promise<ExportedEvent[]> {
  const ledger = await SqliteLedger.open(dataFolder);
  for (let number = 0; number < 600; number += 1) {
    await ledger.accept(event(number));
  }
  let settled = 0;
  const enough = Promise.withResolvers<void>();
  await ledger.queue.start({
    destinations: [
      { name: 'http', concurrency: 8 },
      { name: 'slack', concurrency: 0 },
    ],
    health: BREAKER,
    onError: enough.reject,
    attempt: async (delivery) => {
      settled += 1;
      if (settled === 120) {
        enough.resolve();
      }
      return settlement(delivery);
    },
  });
  await enough.promise;
  await ledger.queue.stop(10_000);
  await ledger.remember('slack', { 'card:experience-1': '17.5' });
  await ledger.remember('of-no-event', { 'since:default': '1790000000000' });
  await ledger.nameTrigger('evt_0001', 'maya@alpine-goods.example');
  const all = await everything(ledger);
  await ledger.close();
  return all;
}

function settlement({ id }: ClaimedDelivery): Settlement {
  const times = { startedAt: 1, finishedAt: 1_790_000_001_000 };
  if (id % 11 === 0) {
    const reason = 'The channel is gone.';
    return {
      ...times,
      state: 'dead',
      reason,
      uncertain: false,
      outcome: { type: 'dead', reason, answer: '410' },
    };
  }
  if (id % 7 === 0) {
    const later = { dueAt: Date.now() + 3_600_000, attemptCounts: true, uncertain: false };
    return { ...times, ...later, state: 'ready', outcome: { type: 'retry', reason: 'It answered 500.' } };
  }
  return { ...times, state: 'done', outcome: { type: 'done', note: 'Sent.', answer: 'ok' } };
}

/**
 * At Slack a dead letter that may have arrived, and a delivery that only met rate limits, again and again; of one
 * event two deliveries to Zapier, with ordering keys of their own.
 */
async function fillWithTries(dataFolder: string): Promise<void> {
  const ledger = await SqliteLedger.open(dataFolder);
  for (const number of [1, 2]) {
    const deliveries = [{ destination: 'slack', route: 'all', dueAt: 1, quietMs: null }];
    await ledger.accept({ ...event(number), deliveries });
  }
  for (const orderingKey of ['one zap', 'another zap']) {
    await ledger.sendAgain(
      'evt_0001',
      { destination: 'zapier', route: 'zap', dueAt: 1, quietMs: null },
      orderingKey,
    );
  }
  const times = { startedAt: 1, finishedAt: 1 };
  const waited = Promise.withResolvers<void>();
  let waits = 0;
  await ledger.queue.start({
    destinations: [
      { name: 'slack', concurrency: 2 },
      // It exists, so its deliveries wait.
      { name: 'zapier', concurrency: 0 },
    ],
    health: BREAKER,
    onError: waited.reject,
    attempt: async ({ eventKey }) => {
      if (eventKey === 'evt_0001') {
        const reason = 'No answer.';
        return { ...times, state: 'dead', reason, uncertain: true, outcome: { type: 'dead', reason } };
      }
      waits += 1;
      if (waits === 9) {
        waited.resolve();
      }
      const later = { dueAt: 1, attemptCounts: false, uncertain: false };
      const outcome = { type: 'retry', reason: 'Rate limited.' } as const;
      return { ...times, ...later, state: 'ready', outcome };
    },
  });
  await waited.promise;
  await ledger.queue.stop(10_000);
  await ledger.close();
}

/** With its dead letters revived, the first deliveries that a database hands out, by their names. */
async function handedOut(
  url: string,
  count: number,
): Promise<Record<string, { attempt: number; uncertain: boolean }>> {
  return inDatabase(url, async (ledger) => {
    const letters = await ledger.deadLetters({ limit: 10 });
    await ledger.reviveDeadLetters(letters.map(({ id }) => id));
    const handed: Record<string, { attempt: number; uncertain: boolean }> = {};
    const all = Promise.withResolvers<void>();
    await ledger.queue.start({
      destinations: [
        { name: 'slack', concurrency: 4 },
        { name: 'zapier', concurrency: 4 },
      ],
      health: BREAKER,
      onError: all.reject,
      attempt: async ({ destination, eventKey, replay, attempt, uncertain }) => {
        handed[`${destination} ${eventKey}${replay === 0 ? '' : ' again'}`] = { attempt, uncertain };
        if (Object.keys(handed).length === count) {
          all.resolve();
        }
        await all.promise;
        return { startedAt: 1, finishedAt: 1, state: 'done', outcome: { type: 'done' } };
      },
    });
    await all.promise;
    const atOnce = { ...handed };
    await ledger.queue.stop(10_000);
    return atOnce;
  });
}

async function everything(ledger: Ledger): Promise<ExportedEvent[]> {
  const all: ExportedEvent[] = [];
  for (;;) {
    const page = await ledger.exportPage(all.at(-1)?.sequence ?? 0, 200);
    if (page.length === 0) {
      return all;
    }
    all.push(...page);
  }
}

/** What must be the same in both: all but the numbers that a ledger gives. */
function comparable(events: readonly ExportedEvent[]) {
  return events.map(({ sequence: _, body, deliveries, ...rest }) => ({
    ...rest,
    body: Buffer.from(body).toString('hex'),
    deliveries: deliveries.map(({ id: _id, attemptRecords, ...delivery }) => ({
      ...delivery,
      attemptRecords: attemptRecords.map(({ deliveryId: _delivery, ...attempt }) => attempt),
    })),
  }));
}

async function inDatabase<T>(url: string, look: (ledger: PostgresLedger) => Promise<T>): Promise<T> {
  const ledger = await PostgresLedger.open({ url });
  try {
    return await look(ledger);
  } finally {
    await ledger.close();
  }
}

describe('import', () => {
  test('the import takes over a whole ledger from a data folder', async () => {
    expect(moved.told).toBe('600 events read, 600 of them new in the database.\n');
    await inDatabase(moved.url, async (ledger) => {
      expect(comparable(await everything(ledger))).toEqual(comparable(original));
      expect(await ledger.recall('slack', 'card:experience-1')).toBe('17.5');
      expect(await ledger.recall('of-no-event', 'since:default')).toBe('1790000000000');
      const sqlite = await SqliteLedger.open(folder.folder);
      expect(await ledger.experiences({ limit: 100 })).toEqual(
        expect.arrayContaining(await sqlite.experiences({ limit: 100 })),
      );
      expect(await ledger.depths()).toEqual(expect.arrayContaining(await sqlite.depths()));
      await sqlite.close();
    });
  });

  test('open deliveries continue after an import, in order, with their merged updates', async () => {
    await inDatabase(moved.url, async (ledger) => {
      const slack = original.flatMap(({ deliveries, experienceId }) =>
        deliveries
          .filter(({ destination }) => destination === 'slack')
          .map(({ eventKey, state }) => ({ eventKey, state, experienceId })),
      );
      const burst = Promise.withResolvers<ClaimedDelivery>();
      const handed: ClaimedDelivery[] = [];
      await ledger.queue.start({
        destinations: [{ name: 'slack', concurrency: 4 }],
        health: BREAKER,
        onError: burst.reject,
        attempt: async (delivery) => {
          if (delivery.destination === 'slack') {
            handed.push(delivery);
            if (delivery.merged.length > 0) {
              burst.resolve(delivery);
            }
          }
          return { startedAt: 1, finishedAt: 1, state: 'done', outcome: { type: 'done' } };
        },
      });
      const { merged, event: newest } = await burst.promise;
      await ledger.queue.stop(10_000);
      const line = slack.filter(({ experienceId }) => experienceId === newest.experienceId);
      const place = line.findIndex(({ eventKey }) => eventKey === newest.key);
      expect(merged).toEqual([line[place - 1]?.eventKey]);
      expect(line[place - 1]?.state).toBe('merged');
      const order = handed.filter(({ event: { experienceId } }) => experienceId === newest.experienceId);
      expect(order.map(({ eventKey }) => eventKey)).toEqual(
        line
          .filter(({ state }) => state !== 'merged')
          .slice(0, order.length)
          .map(({ eventKey }) => eventKey),
      );
    });
  });

  test('the import takes what export wrote, and continues if it was interrupted', async () => {
    const url = await server.createDatabase();
    const exported = await runCommand(['export'], { DATA_DIR: folder.folder, PORT: '1' });
    const lines = exported.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(600);
    const file = join(folder.folder, 'export.jsonl');
    writeFileSync(file, `${lines.slice(0, 250).join('\n')}\n${lines[250]?.slice(0, 40)}`);
    const cut = await runCommand(['import', file], { DATABASE_URL: url });
    expect(cut.stderr).toMatch(/Line 251 is not JSON/);
    expect(cut.code).toBe(1);
    writeFileSync(file, exported.stdout);
    const whole = await runCommand(['import', file], { DATABASE_URL: url });
    expect(whole.stderr).toBe('600 events read, 400 of them new in the database.\n');
    const again = await runCommand(['import', '-'], { DATABASE_URL: url }, { input: exported.stdout });
    expect(again.stderr).toBe('600 events read, 0 of them new in the database.\n');
    await inDatabase(url, async (ledger) => {
      expect(comparable(await everything(ledger))).toEqual(comparable(original));
    });
  });

  describe('of deliveries that were tried', () => {
    let home: { folder: string; remove(): void };

    beforeAll(async () => {
      home = temporaryFolder();
      await fillWithTries(home.folder);
    });

    afterAll(() => home.remove());

    test('an import keeps which deliveries may have arrived, which attempts count, and the ordering keys', async () => {
      const url = await server.createDatabase();
      await runCommand(['import', '--from', home.folder], { DATABASE_URL: url });
      expect(await handedOut(url, 4)).toEqual({
        'slack evt_0001': { attempt: 1, uncertain: true },
        'slack evt_0002': { attempt: 1, uncertain: false },
        'zapier evt_0001': { attempt: 1, uncertain: false },
        'zapier evt_0001 again': { attempt: 1, uncertain: false },
      });
    });

    test('an import treats what was tried before export recorded it as uncertain', async () => {
      const url = await server.createDatabase();
      const { stdout } = await runCommand(['export'], { DATA_DIR: home.folder, PORT: '1' });
      const before = stdout.replaceAll(/,"uncertain":\w+,"countedAttempts":\d+,"orderingKey":[^}]+/g, '');
      expect(before).not.toMatch(/uncertain/);
      await runCommand(['import', '-'], { DATABASE_URL: url }, { input: before });
      expect(await handedOut(url, 3)).toEqual({
        'slack evt_0001': { attempt: 1, uncertain: true },
        'slack evt_0002': { attempt: 1, uncertain: true },
        'zapier evt_0001': { attempt: 1, uncertain: false },
      });
    });
  });

  test('an import that fails says what to do', async () => {
    const without = await runCommand(['import', 'export.jsonl']);
    expect(without).toMatchObject({ code: 1, stderr: expect.stringMatching(/DATABASE_URL/) });
    const settings = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const empty = await runCommand(['import', '--from', '/none'], settings);
    expect(empty.stderr).toMatch(/no ledger in \/none/);
  });
});
