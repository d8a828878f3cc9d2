import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClaimedDelivery, Settlement } from '../../../receivers/contract/delivery.ts';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import { circuitBreaker } from '../../../receivers/delivery/circuit-breaker.ts';
import { acceptRow } from '../../../receivers/ledger/sqlite/accept-row.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';

import { SqliteQueue } from '../../../receivers/ledger/sqlite/queue.ts';
import { LedgerThread } from '../../../receivers/ledger/sqlite/thread.ts';
import type { WriterOperations } from '../../../receivers/ledger/sqlite/worker.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

let home: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  home = temporaryFolder();
});

afterEach(() => home.remove());

function event(number: number, destinations: readonly string[] = ['slack']): NewEvent {
  return {
    key: `evt_${number}`,
    source: 'default',
    origin: 'webhook',
    action: 'startExperience',
    experienceId: `experience-${number}`,
    experienceName: null,
    organizationId: null,
    occurredAt: number,
    receivedAt: Date.now(),
    body: Buffer.from('{}'),
    headers: {},
    problem: null,
    deliveries: destinations.map((destination) => ({
      destination,
      route: 'all',
      dueAt: Date.now(),
      quietMs: null,
    })),
  };
}

function done(): Settlement {
  const now = Date.now();
  return { startedAt: now, finishedAt: now, state: 'done', outcome: { type: 'done' } };
}

/** Loses the answer of the first call of an operation, after it was carried out: as when its thread dies. */
function losingAnswerOf(operation: keyof WriterOperations, thread: LedgerThread<WriterOperations>) {
  let lost = false;
  return new Proxy(thread, {
    get(target, property) {
      if (property !== 'call') {
        return Reflect.get(target, property, target);
      }
      return async (name: keyof WriterOperations, input: never) => {
        const answer = await target.call(name, input);
        if (name === operation && !lost) {
          lost = true;
          throw new Error('the answer was lost');
        }
        return answer;
      };
    },
  });
}

describe('when the storage’s answer is lost', () => {
  test.each(['claim', 'settle'] as const)(
    'each delivery goes out once if the answer to a %s is lost',
    async (operation) => {
      const thread = new LedgerThread<WriterOperations>({
        file: join(home.folder, 'ledger.sqlite'),
        mode: 'write',
      });
      const first = event(1);
      await thread.call('accept', acceptRow(first), first.body);
      const queue = new SqliteQueue(losingAnswerOf(operation, thread), async () => []);
      const claimed: ClaimedDelivery[] = [];
      const errors: Error[] = [];
      const both = new Promise<void>((resolve) => {
        void queue.start({
          destinations: [{ name: 'slack', concurrency: 2 }],
          health: circuitBreaker({ failures: 3, firstPauseMs: 1_000, longestPauseMs: 1_000 }),
          onError: (error) => errors.push(error),
          attempt: async (delivery) => {
            claimed.push(delivery);
            if (delivery.eventKey === 'evt_2') {
              resolve();
            }
            return done();
          },
        });
      });
      const next = event(2);
      await thread.call('accept', acceptRow(next), next.body);
      queue.announce('slack', Date.now());
      await both;
      await queue.stop(10_000);
      expect(errors.map(({ message }) => message)).toEqual(['the answer was lost']);
      expect(claimed.map(({ eventKey }) => eventKey).sort()).toEqual(['evt_1', 'evt_2']);
      await thread.close();
      const ledger = await SqliteLedger.open(home.folder);
      expect((await ledger.depths()).map(({ open }) => open)).toEqual([]);
      expect(await ledger.attempts(claimed[0]?.id as number)).toHaveLength(1);
      await ledger.close();
    },
  );
});

test('an attempt that throws is reported, and made again later as one that may have arrived', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  const told = Promise.withResolvers<Error>();
  await ledger.accept(event(1));
  await ledger.queue.start({
    destinations: [{ name: 'slack', concurrency: 1 }],
    health: circuitBreaker({ failures: 3, firstPauseMs: 1_000, longestPauseMs: 1_000 }),
    onError: told.resolve,
    attempt: () => Promise.reject(new RangeError('Invalid time value')),
  });
  expect(await told.promise).toBeInstanceOf(RangeError);
  await ledger.queue.stop(10_000);
  const [delivery] = await ledger.deliveries('evt_1');
  expect(delivery).toMatchObject({
    state: 'ready',
    attempts: 1,
    reason: 'The attempt broke: Invalid time value. The log has the details.',
  });
  expect(delivery?.dueAt).toBeGreaterThan(Date.now() + 30_000);
  await ledger.close();
});

test('an event can be sent again until its numbers run out, and no other event is affected', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  await ledger.accept(event(1));
  await ledger.accept(event(2));
  const delivery = { destination: 'sheets', route: 'all', dueAt: Date.now(), quietMs: null };
  const sent = await Promise.all(Array.from({ length: 999 }, () => ledger.sendAgain('evt_1', delivery)));
  expect(new Set(sent).size).toBe(999);
  await expect(ledger.sendAgain('evt_1', delivery)).rejects.toThrow(
    /sent as many times as the ledger can count/,
  );
  expect(await ledger.deliveries('evt_1')).toHaveLength(1_000);
  expect(await ledger.deliveries('evt_2')).toHaveLength(1);
  expect(await ledger.sendAgain('evt_2', delivery)).toEqual(expect.any(Number));
  await ledger.close();
});

test('a failed call does not affect others in its commit', async () => {
  const ledger = await SqliteLedger.open(home.folder);
  const broken = { ...event(0), receivedAt: null as unknown as number };
  const answers = await Promise.allSettled(
    [event(1), event(2), broken, event(3)].map((each) => ledger.accept(each)),
  );
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  const told: string[] = [];
  await new Promise<void>((resolve) => {
    void ledger.queue.start({
      destinations: [{ name: 'slack', concurrency: 4 }],
      health: (health) => health,
      onError: () => {},
      attempt: async ({ eventKey }) => {
        told.push(eventKey);
        if (told.length === 3) {
          resolve();
        }
        return done();
      },
    });
  });
  await ledger.queue.stop(10_000);
  expect(told.sort()).toEqual(['evt_1', 'evt_2', 'evt_3']);
  expect((await ledger.depths()).map(({ open }) => open)).toEqual([]);
  await ledger.close();
});
