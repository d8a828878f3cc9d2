import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { believedTime, startRetention } from '../../../receivers/ledger/retention.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NEWEST = Date.UTC(2026, 9, 10);

function event(number: number, receivedAt: number, occurredAt = receivedAt): NewEvent {
  return {
    key: `evt_${number}`,
    source: 'default',
    origin: 'webhook',
    action: 'startExperience',
    experienceId: `experience-${number}`,
    experienceName: null,
    organizationId: null,
    occurredAt,
    receivedAt,
    body: Buffer.from('{}'),
    headers: {},
    problem: null,
    deliveries: [],
  };
}

describe('the time that retention believes', () => {
  test('the time that retention believes is the clock’s while the ledger proves it', () => {
    expect(believedTime(NEWEST + HOUR, NEWEST, 2 * HOUR)).toBe(NEWEST + HOUR);
  });

  test('while the clock is ahead of the proven time, the believed time moves with the running process', () => {
    expect(believedTime(NEWEST + 2 * DAY, NEWEST, 0)).toBe(NEWEST);
    expect(believedTime(NEWEST + 2 * DAY, NEWEST, 3 * HOUR)).toBe(NEWEST + 3 * HOUR);
  });

  test('the believed time slowly follows a clock that stays ahead for hours, as after a long stop', () => {
    expect(believedTime(NEWEST + 30 * DAY, NEWEST, 7 * HOUR)).toBe(NEWEST + 19 * HOUR);
    expect(believedTime(NEWEST + 30 * DAY, NEWEST, 3 * DAY)).toBe(NEWEST + 30 * DAY);
  });

  test('the believed time is never later than the clock', () => {
    expect(believedTime(NEWEST - DAY, NEWEST, 5 * DAY)).toBe(NEWEST - DAY);
  });
});

describe('a start with the clock two days ahead, at a retention of one day', () => {
  let ledger: Ledger;
  let remove: () => Promise<void>;

  beforeEach(async () => {
    ({ ledger, remove } = await emptyLedger());
    await ledger.accept(event(1, NEWEST - 3 * DAY));
    await ledger.accept(event(2, NEWEST - HOUR));
    await ledger.accept(event(3, NEWEST));
  });

  afterEach(() => remove());

  /** Runs one round of retention, and gives the keys that are left. */
  async function keysAfter(now: number, runningMs = 0): Promise<string[]> {
    const pruned = Promise.withResolvers<void>();
    let reads = 0;
    const clock = {
      now: () => now,
      monotonic: () => {
        reads += 1;
        return reads === 1 ? 0 : runningMs;
      },
    };
    const watched = {
      events: ledger.events.bind(ledger),
      recall: ledger.recall.bind(ledger),
      remember: ledger.remember.bind(ledger),
      async prune(before: number, limit: number) {
        const removed = await ledger.prune(before, limit);
        pruned.resolve();
        return removed;
      },
    };
    const end = startRetention(watched, 1, pino({ level: 'silent' }), clock);
    await pruned.promise;
    await end();
    return (await ledger.events({ limit: 10 })).map(({ key }) => key);
  }

  test('retention removes only events a day older than the newest one', async () => {
    expect(await keysAfter(NEWEST + 2 * DAY)).toEqual(['evt_3', 'evt_2']);
  });

  test('retention removes nothing more at the next start, also if an event came while the clock was ahead', async () => {
    await ledger.accept(event(4, NEWEST + 2 * DAY, NEWEST + HOUR));
    expect(await keysAfter(NEWEST + 2 * DAY)).toEqual(['evt_4', 'evt_3', 'evt_2']);
  });

  test('retention removes nothing more at the next start', async () => {
    await keysAfter(NEWEST + 2 * DAY);
    expect(await keysAfter(NEWEST + 2 * DAY)).toEqual(['evt_3', 'evt_2']);
  });

  test('an idle receiver that is restarted every 12 hours still removes old events', async () => {
    await keysAfter(NEWEST + 12 * HOUR, 12 * HOUR);
    await keysAfter(NEWEST + DAY, 12 * HOUR);
    expect(await keysAfter(NEWEST + 1.5 * DAY, 12 * HOUR)).toEqual([]);
  });
});
