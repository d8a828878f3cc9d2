import { expect, test } from '@jest/globals';
import type { DeliveryRecord } from '../../../receivers/contract/ledger-reader.ts';
import { causeOf, groupDeadLetters } from '../../../receivers/operations/dead-letters.ts';

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

test('dead letters are grouped by destination and cause, despite different numbers and ids in their reasons', () => {
  const groups = groupDeadLetters([
    letter({
      id: 1,
      reason: 'Given up after 8 attempts. The server answered 503 at 12:01.',
      finishedAt: 10,
    }),
    letter({
      id: 2,
      reason: 'Given up after one attempt. The server answered 503 at 12:45.',
      finishedAt: 30,
    }),
    letter({ id: 3, reason: 'The server answered 503 at 9:15.', destination: 'http', finishedAt: 20 }),
    letter({ id: 4, reason: 'The channel is gone.' }),
  ]);
  expect(groups).toMatchObject([
    {
      destination: 'slack',
      count: 2,
      firstAt: 10,
      lastAt: 30,
      reason: 'Given up after one attempt. The server answered 503 at 12:45.',
    },
    { destination: 'http', count: 1 },
    { destination: 'slack', count: 1, reason: 'The channel is gone.' },
  ]);
  expect(causeOf({ reason: null })).toMatch(/^[0-9a-f]{12}$/);
});
