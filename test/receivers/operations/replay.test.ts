import { expect, test } from '@jest/globals';
import type { DeliveryState } from '../../../receivers/contract/delivery.ts';
import type { DeliveryRecord } from '../../../receivers/contract/ledger-reader.ts';
import { replayStep } from '../../../receivers/operations/replay.ts';

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
