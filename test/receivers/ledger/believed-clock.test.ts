import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import type { NewEvent } from '../../../receivers/contract/event.ts';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import {
  BelievedClock,
  type OtherClock,
  openBelievedClock,
} from '../../../receivers/ledger/believed-clock.ts';
import { startRetention } from '../../../receivers/ledger/retention.ts';
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

/** What is believed when the clock shows `now` after the process has run for `running`, read every hour. */
function believed(now: number, running: number, other: OtherClock | null = null): number {
  const clock = new BelievedClock(NEWEST, 0);
  for (let monotonic = HOUR; monotonic < running; monotonic += HOUR) {
    clock.read({ now: now - running + monotonic, monotonic }, NEWEST);
  }
  return clock.read({ now, monotonic: running }, NEWEST, other);
}

describe('the believed time', () => {
  test('the believed time is the clock’s while the ledger proves it', () => {
    expect(believed(NEWEST + HOUR, 2 * HOUR)).toBe(NEWEST + HOUR);
  });

  test('while the clock is ahead of the proven time, the believed time moves with the running process', () => {
    expect(believed(NEWEST + 2 * DAY, 0)).toBe(NEWEST);
    expect(believed(NEWEST + 2 * DAY, 3 * HOUR)).toBe(NEWEST + 3 * HOUR);
  });

  test('the believed time slowly follows a clock that stays ahead for hours, as after a long stop', () => {
    expect(believed(NEWEST + 30 * DAY, 7 * HOUR)).toBe(NEWEST + 19 * HOUR);
    expect(believed(NEWEST + 30 * DAY, 3 * DAY)).toBe(NEWEST + 30 * DAY);
  });

  test('the believed time is never later than the clock', () => {
    expect(believed(NEWEST - DAY, 5 * DAY)).toBe(NEWEST - DAY);
  });

  test('a clock that jumps ahead is doubted however long the process has been running', () => {
    const clock = new BelievedClock(NEWEST, 0);
    for (let monotonic = HOUR; monotonic <= 10 * DAY; monotonic += HOUR) {
      expect(clock.read({ now: NEWEST + monotonic, monotonic }, NEWEST)).toBe(NEWEST + monotonic);
    }
    const after = { now: NEWEST + 40 * DAY, monotonic: 10 * DAY + HOUR };
    expect(clock.read(after, NEWEST)).toBe(NEWEST + 10 * DAY + HOUR);
  });

  test('another host’s clock ends the doubt: it agrees, or it is right', () => {
    const at = (time: number): OtherClock => ({ time, readAt: HOUR - 1_000 });
    expect(believed(NEWEST + 2 * DAY, HOUR, at(NEWEST + 2 * DAY - 2_000))).toBe(NEWEST + 2 * DAY);
    expect(believed(NEWEST + 2 * DAY, HOUR, at(NEWEST + DAY))).toBe(NEWEST + DAY + 1_000);
    expect(believed(NEWEST + 2 * DAY, HOUR, at(NEWEST + 3 * DAY))).toBe(NEWEST + 2 * DAY);
  });

  test('a clock that other hosts contradict is not believed after hours either', () => {
    const clock = new BelievedClock(NEWEST, 0);
    for (let monotonic = HOUR; monotonic <= 3 * DAY; monotonic += HOUR) {
      const other = { time: NEWEST + monotonic, readAt: monotonic };
      const reading = { now: NEWEST + 2 * DAY + monotonic, monotonic };
      expect(clock.read(reading, NEWEST, other)).toBe(NEWEST + monotonic);
    }
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
    const clock = () => {
      reads += 1;
      return { now, monotonic: reads === 1 ? 0 : runningMs };
    };
    const believedTime = openBelievedClock(ledger, () => null, clock);
    const watched = {
      async prune(before: number, limit: number) {
        const removed = await ledger.prune(before, limit);
        pruned.resolve();
        return removed;
      },
    };
    const end = startRetention(watched, 1, pino({ level: 'silent' }), believedTime);
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

  test('retention removes nothing more after reports and tests that this host dated itself', async () => {
    const ahead = NEWEST + 2 * DAY;
    await ledger.accept({ ...event(4, ahead), origin: 'report' });
    await ledger.accept({ ...event(5, ahead), origin: 'test' });
    await ledger.accept({ ...event(6, ahead), occurredAt: null });
    expect(await keysAfter(ahead)).toEqual(['evt_6', 'evt_5', 'evt_4', 'evt_3', 'evt_2']);
  });

  test('retention removes nothing more at the next start', async () => {
    await keysAfter(NEWEST + 2 * DAY);
    expect(await keysAfter(NEWEST + 2 * DAY)).toEqual(['evt_3', 'evt_2']);
  });

  test('the database’s clock is believed where this host’s is ahead of it', async () => {
    const database = {
      events: ledger.events.bind(ledger),
      recall: ledger.recall.bind(ledger),
      remember: ledger.remember.bind(ledger),
      clockDifference: async () => ({ aheadMs: 2 * DAY, comparedWith: 'the database' }),
    };
    const reading = () => ({ now: NEWEST + 2 * DAY + HOUR, monotonic: 0 });
    const agreeing = () => ({ time: NEWEST + HOUR, readAt: 1 });
    expect(await openBelievedClock(database, agreeing, reading)()).toBe(NEWEST + HOUR);
  });

  test('an idle receiver that is restarted every 12 hours still removes old events', async () => {
    await keysAfter(NEWEST + 12 * HOUR, 12 * HOUR);
    await keysAfter(NEWEST + DAY, 12 * HOUR);
    expect(await keysAfter(NEWEST + 1.5 * DAY, 12 * HOUR)).toEqual([]);
  });
});
