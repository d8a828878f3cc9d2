import { describe, expect, jest, test } from '@jest/globals';
import pino from 'pino';
import type { ClaimedDelivery, Settlement } from '../../../receivers/contract/delivery.ts';
import type { Destination } from '../../../receivers/contract/destination.ts';
import type { StoredEvent } from '../../../receivers/contract/event.ts';
import { type Ledger, StorageError } from '../../../receivers/contract/ledger.ts';
import type { AttemptRecord, DeliveryRecord } from '../../../receivers/contract/ledger-reader.ts';
import type { Outcome } from '../../../receivers/contract/outcome.ts';
import { createAttempt } from '../../../receivers/delivery/attempt.ts';
import { INTELLIGEMS_ADDRESSES } from '../../../shared/experience-link.ts';
import { NOW, sampleBody } from '../../fixtures/messages.ts';

const HOUR_MS = 3_600_000;
const GIVE_UP_MS = 48 * HOUR_MS;
const RETRY: Outcome = { type: 'retry', reason: 'It answered 500.' };

function claimed(fields: Partial<ClaimedDelivery> = {}): ClaimedDelivery {
  const event: StoredEvent = {
    sequence: 1,
    key: 'evt_1',
    action: 'startExperience',
    experienceId: 'experience-1',
    experienceName: null,
    organizationId: null,
    headers: {},
    problem: null,
    origin: 'webhook',
    occurredAt: NOW,
    receivedAt: NOW,
    body: sampleBody('start'),
    triggeredBy: null,
    late: false,
    source: 'default',
  };
  return {
    id: 1_000,
    eventKey: 'evt_1',
    destination: 'own',
    route: 'all',
    attempt: 1,
    uncertain: false,
    replay: 0,
    probe: false,
    createdAt: NOW,
    event,
    merged: [],
    ...fields,
  };
}

function record(startedAt: number, outcome: AttemptRecord['outcome'] = 'retry'): AttemptRecord {
  return {
    deliveryId: 1_000,
    number: 1,
    startedAt,
    finishedAt: startedAt + 1,
    outcome,
    note: null,
    answer: null,
  };
}

/** What a ledger with these events of one experience answers. */
function historyOf(events: readonly StoredEvent[]): Pick<Ledger, 'historyEntries' | 'eventsOf'> {
  return {
    historyEntries: async () =>
      events.map(({ sequence, receivedAt, triggeredBy }) => [sequence, receivedAt, triggeredBy]),
    eventsOf: async (sequences) => events.filter(({ sequence }) => sequences.includes(sequence)),
  };
}

/** What the engine decides upon an outcome; see {@link engine}. */
function decided(delivery: ClaimedDelivery, ...given: Parameters<typeof engine>): Promise<Settlement> {
  return engine(...given)(delivery);
}

/** The engine over a destination with this outcome; `made` are the attempts that the ledger has. */
function engine(
  outcome: Outcome,
  made: AttemptRecord[] | Error = [],
  ledger: Partial<Pick<Ledger, 'historyEntries' | 'eventsOf' | 'deliveries'>> = {},
  destination: Partial<Destination> = {},
): ReturnType<typeof createAttempt> {
  return createAttempt(
    {
      retry: { maxAttempts: 3, firstRetryMs: 10_000, factor: 5, giveUpAfterMs: GIVE_UP_MS },
      timeoutMs: 50,
      links: { addresses: INTELLIGEMS_ADDRESSES, publicUrl: null },
      dropBookkeeping: false,
    },
    {
      ledger: {
        historyEntries: async () => [],
        eventsOf: async () => [],
        deliveries: async () => [],
        recall: async () => null,
        experiences: async () => [],
        attempts: async () => {
          if (made instanceof Error) {
            throw made;
          }
          return made;
        },
        ...ledger,
      },
      resultsOf: async () => null,
      healthOf: async () => null,
      requestsOf: async () => [],
      destinations: new Map([
        [
          'own',
          {
            destination: {
              send: async () => outcome,
              check: async () => [],
              close: async () => {},
              ...destination,
            },
          },
        ],
      ]),
      log: pino({ level: 'silent' }),
      now: () => NOW,
      random: () => 0.5,
      observe: () => {},
    },
  );
}

describe('a failed attempt', () => {
  test('a failed attempt is retried after the backoff, or later if the other side asks', async () => {
    expect(await decided(claimed(), RETRY)).toMatchObject({
      state: 'ready',
      dueAt: NOW + 10_000,
      attemptCounts: true,
    });
    expect(await decided(claimed(), { ...RETRY, delayMs: 60_000 })).toMatchObject({ dueAt: NOW + 60_000 });
  });

  test('a delivery is given up after the last attempt, but a probe does not count as the last', async () => {
    expect(await decided(claimed({ attempt: 3 }), RETRY)).toMatchObject({
      state: 'dead',
      reason: 'Given up after 3 attempts. It answered 500.',
      uncertain: false,
    });
    expect(await decided(claimed({ attempt: 3, probe: true }), RETRY)).toMatchObject({
      state: 'ready',
      attemptCounts: false,
    });
  });

  test('a failed attempt says that the message may have arrived, even when the delivery is given up', async () => {
    const unsure: Outcome = { ...RETRY, uncertain: true };
    expect(await decided(claimed({ attempt: 3 }), unsure)).toMatchObject({ state: 'dead', uncertain: true });
    const dead: Outcome = { type: 'dead', reason: 'The channel is gone.' };
    expect(await decided(claimed({ uncertain: true }), dead)).toMatchObject({
      state: 'dead',
      uncertain: true,
    });
    expect(await decided(claimed({ uncertain: true }), RETRY)).toMatchObject({
      state: 'ready',
      uncertain: true,
    });
  });

  test.each([
    ['a fraction of a millisecond', 7_123.4567, 7_124],
    ['a year from now, as one who takes the hour for a length does', 1_795_627_591_000, 24 * HOUR_MS],
    ['no time that there is', 9_999_999_999_999_000, 24 * HOUR_MS],
    ['a time before', -5, 1_000],
  ])(
    'a failed attempt that is asked to wait for %s waits for whole milliseconds, at most a day',
    async (_, asked, waits) => {
      const settlement = await decided(claimed(), { ...RETRY, rateLimited: true, delayMs: asked });
      expect(settlement).toMatchObject({ dueAt: NOW + waits, outcome: { delayMs: waits } });
    },
  );

  test('an attempt that meets a rate limit, or is too early, does not count', async () => {
    for (const fields of [{ rateLimited: true }, { waiting: true }]) {
      const settlement = await decided(claimed({ attempt: 3 }), { ...RETRY, ...fields, delayMs: 5_000 });
      expect(settlement).toMatchObject({ state: 'ready', dueAt: NOW + 5_000, attemptCounts: false });
    }
  });
});

test('an attempt that did part of the work does not count, and sets its own delay', async () => {
  const part: Outcome = { ...RETRY, progressed: true };
  expect(await decided(claimed({ attempt: 3 }), part)).toMatchObject({
    state: 'ready',
    attemptCounts: false,
  });
  expect(await decided(claimed(), part)).toMatchObject({ dueAt: NOW + 10_000 });
  expect(await decided(claimed(), { ...part, delayMs: 0 })).toMatchObject({ dueAt: NOW });
});

test('a destination with its own time limit gets that much time for an attempt', async () => {
  const slow: Destination['send'] = (_, { signal }) =>
    new Promise((resolve) => {
      const done = setTimeout(() => resolve({ type: 'done' }), 150);
      signal.addEventListener('abort', () => {
        clearTimeout(done);
        resolve(RETRY);
      });
    });
  expect(await decided(claimed(), RETRY, [], {}, { send: slow })).toMatchObject({ state: 'ready' });
  expect(await decided(claimed(), RETRY, [], {}, { send: slow, attemptTimeoutMs: 5_000 })).toMatchObject({
    state: 'done',
  });
});

describe('when the storage cannot be read', () => {
  const unreadable = {
    historyEntries: async () => {
      throw new StorageError('The disk is full.');
    },
  };

  test('an attempt does not count if the storage cannot be read, and is soon made again', async () => {
    const settlement = await decided(claimed({ attempt: 3 }), { type: 'done' }, [], unreadable);
    expect(settlement).toMatchObject({
      state: 'ready',
      dueAt: NOW + 5_000,
      attemptCounts: false,
      uncertain: false,
      outcome: { ownFault: true, reason: "This receiver's own storage failed: The disk is full." },
    });
  });

  test('each storage failure in a row waits longer, regardless of the event’s age by the clock', async () => {
    const attempt = engine({ type: 'done' }, [], unreadable);
    const delays: number[] = [];
    for (const createdAt of [NOW, NOW - 48 * HOUR_MS, NOW + 48 * HOUR_MS, NOW]) {
      const settlement = await attempt(claimed({ createdAt }));
      delays.push(settlement.state === 'ready' ? settlement.dueAt - NOW : Number.NaN);
    }
    expect(delays).toEqual([5_000, 10_000, 20_000, 40_000]);
  });

  test('storage failures end with a dead letter too', async () => {
    const old = claimed({ createdAt: NOW - 2 * GIVE_UP_MS });
    const made = [record(NOW - GIVE_UP_MS), record(NOW - GIVE_UP_MS / 2)];
    expect(await decided(old, { type: 'done' }, made, unreadable)).toMatchObject({ state: 'dead' });
  });
});

describe('the age at which a delivery is given up', () => {
  const old = claimed({ createdAt: NOW - 2 * GIVE_UP_MS, probe: true });
  const half = record(NOW - GIVE_UP_MS / 2);

  test('the age of a delivery counts from its first attempt', async () => {
    expect(await decided(old, RETRY, [record(NOW - GIVE_UP_MS), half])).toMatchObject({
      state: 'dead',
      reason: 'Given up after trying for 2 days. It answered 500.',
    });
    expect(await decided(old, RETRY, [record(NOW - GIVE_UP_MS + 100), half])).toMatchObject({
      state: 'ready',
    });
  });

  test('the age ends a delivery that keeps meeting a rate limit, which costs no attempt', async () => {
    const limited: Outcome = { ...RETRY, rateLimited: true, delayMs: 1_500 };
    const made = [record(NOW - GIVE_UP_MS), half];
    expect(await decided(old, limited, made)).toMatchObject({ state: 'dead' });
    expect(await decided(claimed({ attempt: 9 }), limited)).toMatchObject({
      state: 'ready',
      attemptCounts: false,
    });
    expect(await decided(old, { ...RETRY, waiting: true, delayMs: 5 }, made)).toMatchObject({
      state: 'ready',
    });
  });

  test('the age does not include quiet hours or a pause before the first attempt', async () => {
    expect(await decided(old, RETRY, [])).toMatchObject({ state: 'ready' });
  });

  test('the age includes at most a day between two attempts, so a clock that jumps gives nothing up', async () => {
    expect(await decided(old, RETRY, [record(NOW - 30 * GIVE_UP_MS)])).toMatchObject({ state: 'ready' });
    const setBack = [record(NOW + GIVE_UP_MS), record(NOW - HOUR_MS)];
    expect(await decided(old, RETRY, setBack)).toMatchObject({ state: 'ready' });
  });

  test('the age of a revived dead letter starts over', async () => {
    const before = [record(NOW - 1.5 * GIVE_UP_MS), record(NOW - 1.4 * GIVE_UP_MS, 'dead')];
    expect(await decided(old, RETRY, before)).toMatchObject({ state: 'ready' });
    const after = [...before, record(NOW - GIVE_UP_MS), half];
    expect(await decided(old, RETRY, after)).toMatchObject({ state: 'dead' });
  });

  test('the age does not count while the ledger cannot be read', async () => {
    expect(await decided(old, RETRY, new Error('disk'))).toMatchObject({ state: 'ready' });
  });
});

test('a rate limit waits longer after each refusal in a row, and at least a second', async () => {
  let outcome: Outcome = { ...RETRY, rateLimited: true, delayMs: 0.2 };
  const destination = { send: async () => outcome };
  const attempt = engine(outcome, [], {}, destination);
  const waits: number[] = [];
  const clock = jest.spyOn(performance, 'now');
  let steady = 0;
  clock.mockImplementation(() => steady);
  for (let refusal = 0; refusal < 5; refusal += 1) {
    const settlement = await attempt(claimed());
    waits.push(settlement.state === 'ready' ? settlement.dueAt - NOW : Number.NaN);
    // The attempts of the same moment say nothing new.
    expect(await attempt(claimed({ id: 1_001 }))).toMatchObject({ dueAt: NOW + (waits.at(-1) ?? 0) });
    steady += waits.at(-1) ?? 0;
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
  outcome = { type: 'done' };
  await attempt(claimed());
  outcome = { ...RETRY, rateLimited: true, delayMs: 7_000 };
  expect(await attempt(claimed())).toMatchObject({ dueAt: NOW + 7_000 });
  clock.mockRestore();
});

test('a delivery that another process took over is not sent', async () => {
  let sent = 0;
  const send = async (): Promise<Outcome> => {
    sent += 1;
    return { type: 'done' };
  };
  const attempt = engine(RETRY, [], {}, { send });
  expect(await attempt(claimed(), AbortSignal.abort())).toMatchObject({
    state: 'ready',
    attemptCounts: false,
  });
  expect(sent).toBe(0);
});

test('losing a delivery aborts the signal of its attempt', async () => {
  const lost = new AbortController();
  const send: Destination['send'] = async (_, { signal }) => {
    lost.abort();
    return { type: 'retry', reason: `aborted: ${signal.aborted}` };
  };
  expect(await engine(RETRY, [], {}, { send })(claimed(), lost.signal)).toMatchObject({
    outcome: { reason: 'aborted: true' },
  });
});

test('an exception in a destination is retried as a message that may have arrived', async () => {
  const send = async () => {
    throw new Error('a fault');
  };
  const settlement = await decided(claimed(), RETRY, [], {}, { send });
  expect(settlement).toMatchObject({ state: 'ready', uncertain: true });
});

describe('a webhook whose action was recovered before it arrived', () => {
  const late = claimed();
  const webhook = { ...late, eventKey: 'evt_2', event: { ...late.event, key: 'evt_2', sequence: 2 } };
  const recovered: StoredEvent = { ...late.event, origin: 'recovered', occurredAt: NOW - 1_000 };
  const sentTo = (...destinations: string[]) => ({
    ...historyOf([recovered, webhook.event]),
    deliveries: async () => destinations.map((destination) => ({ destination }) as DeliveryRecord),
  });

  test('a late webhook is not sent to destinations that got the recovered event', async () => {
    const settlement = await decided(webhook, RETRY, [], sentTo('own'));
    expect(settlement).toMatchObject({
      state: 'done',
      outcome: { note: expect.stringMatching('already reported this action') },
    });
  });

  test('a late webhook is sent if the recovered event was only listed', async () => {
    for (const ledger of [sentTo(), sentTo('another')]) {
      expect(await decided(webhook, { type: 'done' }, [], ledger)).toMatchObject({
        outcome: { type: 'done' },
      });
      expect(await decided(webhook, RETRY, [], ledger)).toMatchObject({ state: 'ready' });
    }
  });
});

test('an attempt that never ends is given up as one that may have arrived', async () => {
  const never = new Promise<Outcome>(() => {});
  const settlement = await decided(claimed(), never as unknown as Outcome);
  expect(settlement).toMatchObject({ state: 'ready', uncertain: true, attemptCounts: true });
});

test('an exception before anything is sent means that nothing arrived', async () => {
  const historyEntries = async () => {
    throw new Error('disk');
  };
  const settlement = await decided(claimed(), { type: 'done' }, [], { historyEntries });
  expect(settlement).toMatchObject({ state: 'ready', uncertain: false });
});
