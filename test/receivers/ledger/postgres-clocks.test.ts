import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type LedgerDatabases, startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import {
  BREAKER,
  closeAll,
  DONE,
  event,
  type Handed,
  Process,
  settlement,
} from '../../fixtures/postgres-process.ts';

const HOUR_MS = 3_600_000;
const REASON = 'The other side answered 500.';

let databases: LedgerDatabases;

beforeAll(async () => {
  databases = await startLedgerDatabases();
});

afterEach(closeAll);

afterAll(() => databases.stop());

/** An event as a process accepts it whose clock differs by this. */
function acceptedBy(clockMs: number, quietMs: number | null = null, experienceId?: string) {
  const now = Date.now() + clockMs;
  return event({
    receivedAt: now,
    deliveries: [{ destination: 'slack', route: 'all', dueAt: now + (quietMs ?? 0), quietMs }],
    ...(experienceId !== undefined && { experienceId }),
  });
}

test.each([HOUR_MS, -HOUR_MS])(
  'what a process accepts whose clock is off by %d ms is due for all others as if it were right',
  async (clockMs) => {
    const url = await databases.create();
    const off = await Process.open(url);
    const right = await (await Process.open(url)).deliver();
    const given = acceptedBy(clockMs);
    await off.ledger.accept(given);
    const { delivery, answer } = await right.next();
    expect(delivery.eventKey).toBe(given.key);
    answer(DONE);
    expect(await right.finished(given.key)).toEqual(['done']);
  },
);

test('a burst that two processes accept, one of them an hour ahead, is one delivery after its quiet time', async () => {
  const url = await databases.create();
  const ahead = await Process.open(url);
  const right = await (await Process.open(url)).deliver();
  const first = acceptedBy(HOUR_MS, 700, 'burst');
  const second = acceptedBy(0, 700, 'burst');
  const started = performance.now();
  await ahead.ledger.accept(first);
  await right.ledger.accept(second);
  const { delivery, answer } = await right.next();
  expect(performance.now() - started).toBeGreaterThan(600);
  expect(performance.now() - started).toBeLessThan(8_000);
  expect(delivery.merged).toEqual([first.key]);
  answer(DONE);
  await right.finished(second.key);
  expect(right.unseen).toBe(0);
});

test('retries and pauses of a process an hour ahead hold up no other, and nothing goes out twice', async () => {
  const url = await databases.create();
  const ahead = await Process.open(url);
  const sent: string[] = [];
  await ahead.ledger.queue.start({
    destinations: [{ name: 'slack', concurrency: 4 }],
    health: (before, outcome) => BREAKER(before, outcome, Date.now() + HOUR_MS),
    onError: (error) => ahead.errors.push(error),
    attempt: async ({ eventKey }) => {
      sent.push(eventKey);
      const now = Date.now() + HOUR_MS;
      return {
        ...settlement({ type: 'retry', reason: REASON }),
        state: 'ready',
        startedAt: now,
        finishedAt: now,
        dueAt: now + 200,
        attemptCounts: true,
        uncertain: false,
      };
    },
  });
  const given = acceptedBy(HOUR_MS);
  await ahead.ledger.accept(given);
  await ahead.states(given.key, ([state]) => state === 'ready' && sent.length > 0);
  await ahead.ledger.queue.stop(0);
  const right = await (await Process.open(url)).deliver();
  const started = performance.now();
  const handed: Handed = await right.next();
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(handed.delivery.eventKey).toBe(given.key);
  handed.answer(DONE);
  expect(await right.finished(given.key)).toEqual(['done']);
  expect(right.unseen).toBe(0);
  const [health] = await right.ledger.health();
  expect(health?.pausedUntil).toBeLessThan(Date.now() + 60_000);
});
