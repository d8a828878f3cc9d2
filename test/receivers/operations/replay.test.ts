import { expect, test } from '@jest/globals';
import type { DeliveryState } from '../../../receivers/contract/delivery.ts';
import type { DeliveryRecord, EventFilter, EventSummary } from '../../../receivers/contract/ledger-reader.ts';
import { replayStep } from '../../../receivers/operations/replay.ts';
import { MOST_EVENTS, replaySpanOperations, spanWords } from '../../../receivers/operations/replay-span.ts';

function letter(fields: Partial<DeliveryRecord>): DeliveryRecord {
  return {
    id: 1000,
    eventKey: 'evt_1',
    destination: 'slack',
    route: 'all',
    state: 'dead',
    dueAt: 0,
    attempts: 1,
    replay: 0,
    reason: 'Gone.',
    createdAt: 1,
    finishedAt: 2,
    ...fields,
  };
}

test.each<[DeliveryState | null, string]>([
  [null, 'send'],
  ['done', 'send'],
  ['merged', 'send'],
  ['dismissed', 'send'],
  ['dead', 'revive'],
  ['waiting', 'nothing'],
  ['ready', 'nothing'],
  ['running', 'nothing'],
])('a replay of a delivery in the state %s does: %s', (state, does) => {
  const deliveries = state === null ? [] : [letter({ state })];
  expect(
    replayStep('slack', [...deliveries, letter({ id: 9, destination: 'http', state: 'running' })], null),
  ).toMatchObject({ does });
});

test('a replay uses the newest delivery to the destination', () => {
  expect(
    replayStep('slack', [letter({ id: 2, state: 'done' }), letter({ id: 1, state: 'dead' })], null).does,
  ).toBe('send');
});

test('the words for a span name each fate, singular and plural', () => {
  const none = { first: 0, again: 0, revive: 0, nothing: 0 };
  expect(spanWords(none, null)).toBe('Nothing.');
  expect(spanWords({ ...none, first: 1, nothing: 1 }, null)).toBe(
    '1 event that was never sent there will be sent now. 1 event is already on the way.',
  );
  expect(spanWords({ first: 0, again: 2, revive: 2, nothing: 2 }, 'It may show twice.')).toBe(
    '2 events that were sent before will be sent once more, and people there will see them again. ' +
      '2 dead letters will be tried again. It may show twice. 2 events are already on the way.',
  );
});

test('a span with more events than can be sent in one go sends nothing', async () => {
  const events = Array.from({ length: MOST_EVENTS + 300 }, (_, index) => MOST_EVENTS + 300 - index).map(
    (sequence) => ({ sequence, key: `evt_${sequence}`, origin: 'webhook', receivedAt: sequence }),
  ) as EventSummary[];
  const ledger = {
    events: async ({ beforeSequence = Infinity, limit }: EventFilter) =>
      events.filter(({ sequence }) => sequence < beforeSequence).slice(0, limit),
  };
  const { planSpanReplay, replaySpan } = replaySpanOperations({
    // Without the methods that write: calling one would fail.
    ledger: ledger as never,
    destinations: [{ name: 'slack', title: 'Slack', repeated: null, internal: false }],
    now: () => 0,
  });
  const span = { from: 0, to: 10_000 };
  expect(await planSpanReplay(span, ['slack'])).toMatchObject({ events: MOST_EVENTS, more: true, steps: [] });
  await expect(replaySpan(span, ['slack'])).rejects.toThrow('These are more than 1,000 events.');
});
