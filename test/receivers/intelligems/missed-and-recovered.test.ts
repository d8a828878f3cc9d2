import { describe, expect, test } from '@jest/globals';
import type { Origin, StoredEvent } from '../../../receivers/contract/event.ts';
import { firstOfSameAction } from '../../../receivers/delivery/same-action.ts';
import { describeChanges } from '../../../receivers/experience/changes.ts';
import { pairNearest } from '../../../receivers/experience/pairing.ts';
import { missedActions, type Window } from '../../../receivers/intelligems/missed.ts';
import { recoveredBody } from '../../../receivers/intelligems/recovered-event.ts';
import { whoCaused } from '../../../receivers/intelligems/who-caused.ts';
import { type ApiExperience, readApiExperience } from '../../../shared/intelligems-experiences.ts';
import { startFakeIntelligems } from '../../fakes/intelligems.ts';
import { fullDocument, listItem, webhookBody } from '../../fakes/intelligems-documents.ts';
import { eventOf } from '../../fixtures/messages.ts';

const MINUTE = 60_000;
const T = Date.UTC(2026, 9, 10, 12);

function stored(
  action: string,
  minutes: number,
  { origin = 'webhook', sequence = 1, recorded = [] as object[] } = {},
): StoredEvent {
  const occurredAt = T + minutes * MINUTE;
  const payload = { action, timestamp: occurredAt, experience: { id: 'x', experienceActions: recorded } };
  return {
    key: `evt_${sequence}`,
    source: 'default',
    origin: origin as Origin,
    action,
    experienceId: 'x',
    experienceName: null,
    organizationId: null,
    occurredAt,
    receivedAt: occurredAt,
    body: Buffer.from(JSON.stringify(payload)),
    headers: {},
    problem: null,
    sequence,
    late: false,
    triggeredBy: null,
  };
}

function experience(actions: readonly [action: string, minutes: number, by?: string][]): ApiExperience {
  return readApiExperience({
    id: 'x',
    experienceActions: actions.map(([action, minutes, performedBy]) => ({
      action,
      actionTs: T + minutes * MINUTE,
      performedBy,
    })),
  }) as ApiExperience;
}

const ALL: Window = {
  actions: ['startExperience', 'pauseExperience', 'endExperience', 'deleteExperience'],
  after: 0,
  until: T + 1_000 * MINUTE,
};

describe('what the webhooks missed', () => {
  test('is each action without an event of its own, though another of its kind is close', () => {
    const found = missedActions(
      experience([
        ['start', 0],
        ['pause', 3],
        ['start', 5],
      ]),
      [stored('startExperience', 5.05)],
      ALL,
    );
    expect(found.missed.map(({ action, at }) => [action, (at - T) / MINUTE])).toEqual([
      ['startExperience', 0],
      ['pauseExperience', 3],
    ]);
  });

  test('is nothing of before the window, and waits for what is younger', () => {
    const window = { ...ALL, after: T + MINUTE, until: T + 4 * MINUTE };
    const lived = experience([
      ['start', 0],
      ['pause', 3],
      ['start', 5],
    ]);
    expect(missedActions(lived, [], window)).toMatchObject({
      missed: [{ at: T + 3 * MINUTE }],
      pending: true,
    });
  });

  test('is no deletion that was noticed at another time', () => {
    const found = missedActions(experience([['delete', 0]]), [stored('deleteExperience', 500)], ALL);
    expect(found).toEqual({ missed: [], pending: false });
  });
});

describe('a webhook that comes late', () => {
  const recovered = stored('startExperience', 0, { origin: 'recovered', sequence: 1 });

  test('a webhook reports an action that was recovered before', () => {
    const late = stored('startExperience', 0.1, { sequence: 2 });
    expect(firstOfSameAction(late, [recovered, late])).toBe(recovered);
  });

  test('a second start is an action of its own if the experience was paused in between, by an event or by its own record', () => {
    const pause = stored('pauseExperience', 2, { sequence: 2 });
    const start = stored('startExperience', 4, { sequence: 3 });
    expect(firstOfSameAction(start, [recovered, pause, start])).toBeNull();
    const recording = stored('startExperience', 4, {
      sequence: 3,
      recorded: [{ action: 'pause', actionTs: T + 2 * MINUTE }],
    });
    expect(firstOfSameAction(recording, [recovered, recording])).toBeNull();
  });

  test('a webhook that arrives while its action is being recovered is the one that counts', () => {
    const webhook = stored('startExperience', 0, { sequence: 1 });
    const later = stored('startExperience', 0.1, { origin: 'recovered', sequence: 2 });
    expect(firstOfSameAction(webhook, [webhook, later])).toBeNull();
    expect(firstOfSameAction(later, [webhook, later])).toBe(webhook);
  });

  test('an action is not reported by the webhook of another action', () => {
    const events = [
      stored('startExperience', 0, { sequence: 1 }),
      stored('startExperience', 0.1, { sequence: 2 }),
    ];
    expect(events.map((event) => firstOfSameAction(event, events))).toEqual([null, null]);
  });
});

describe('who caused an event', () => {
  const lived = experience([
    ['start', 0, 'noor@example.com'],
    ['pause', 3, 'ida@example.com'],
    ['start', 5, 'max@example.com'],
  ]);

  test.each([
    [0.1, 'noor@example.com'],
    [4.9, 'max@example.com'],
    [60, null],
  ])('at minute %p is the one of the nearest entry, where one is near', (minutes, email) => {
    expect(whoCaused({ action: 'startExperience', timestamp: T + minutes * MINUTE }, lived)).toBe(email);
  });

  test('the change log says who caused an update', () => {
    const changed = readApiExperience({
      id: 'x',
      changeLog: [{ actionTs: T, performedBy: 'Noor <noor@example.com>', change: {} }],
    }) as ApiExperience;
    expect(whoCaused({ action: 'updateExperience', timestamp: T + 1_000 }, changed)).toBe('noor@example.com');
  });
});

test('pairs are the nearest ones, each side used once', () => {
  const at = (item: string, time: number) => ({ item, at: time });
  const pairs = pairNearest([at('a', 0), at('b', 10)], [at('c', 11), at('d', 100)], 20);
  expect([...pairs]).toEqual([['b', 'c']]);
});

test('a recovered event between two webhooks looks like one of them: nobody changed anything', async () => {
  const fake = await startFakeIntelligems();
  const { id } = fake.create({ name: 'Backpack price test' });
  const kept = fake.act(id, 'start');
  const webhook = eventOf(
    JSON.parse(webhookBody('startExperience', kept.lastUpdateTs, kept, fake.organization)),
  );
  const now = Date.now() + 1_000;
  const paused = fake.act(id, 'pause');
  for (const document of [
    listItem(paused, fake.organization),
    fullDocument(paused, fake.organization, { now, resolvesAfterMs: 0, withChanges: false }),
  ]) {
    const missed = { action: 'pauseExperience', at: now, by: null } as const;
    const body = recoveredBody(missed, readApiExperience(document), webhook, { ...fake.organization });
    const { experience: recovered } = JSON.parse(body.toString());
    const changes = describeChanges(webhook.payload.experience as Record<string, unknown>, recovered);
    const told = changes.filter(({ bookkeeping }) => !bookkeeping).map(({ field }) => field);
    expect(told.filter((field) => !['status', 'pausedAtTs'].includes(field))).toEqual([]);
  }
  await fake.close();
});
