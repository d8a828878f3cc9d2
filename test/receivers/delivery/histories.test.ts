import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { NewEvent, StoredEvent } from '../../../receivers/contract/event.ts';
import { Histories } from '../../../receivers/delivery/histories.ts';
import { SqliteLedger } from '../../../receivers/ledger/sqlite/ledger.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';

let home: ReturnType<typeof temporaryFolder>;
let ledger: SqliteLedger;
/** The sequences of the events that were read with their bodies. */
let read: number[];
let checks: number;

beforeEach(async () => {
  home = temporaryFolder();
  ledger = await SqliteLedger.open(home.folder);
  read = [];
  checks = 0;
});

afterEach(async () => {
  await ledger.close();
  home.remove();
});

function histories(mostBytes?: number): Histories {
  const counting: ConstructorParameters<typeof Histories>[0] = {
    historyEntries: (...of) => {
      checks += 1;
      return ledger.historyEntries(...of);
    },
    eventsOf: (sequences) => {
      read.push(...sequences);
      return ledger.eventsOf(sequences);
    },
  };
  return new Histories(counting, mostBytes);
}

/** Accepts an event that happened at this time; gives it as the ledger has it. */
async function accepted(occurredAt: number, fields: Partial<NewEvent> = {}): Promise<StoredEvent> {
  const key = `evt_${occurredAt}`;
  await ledger.accept({
    key,
    source: 'default',
    origin: 'test',
    action: 'startExperience',
    experienceId: 'experience-1',
    experienceName: 'Backpack price test',
    organizationId: 'organization-1',
    occurredAt,
    receivedAt: Date.now(),
    body: Buffer.from(`{"at":${occurredAt}}`),
    headers: {},
    problem: null,
    deliveries: [],
    ...fields,
  });
  return (await ledger.event(key)) as StoredEvent;
}

test('each event is read once, and the event of a delivery not at all', async () => {
  const [later, earlier] = [await accepted(2_000), await accepted(1_000)];
  const known = histories();
  expect(await known.of(earlier)).toEqual([earlier, later]);
  expect(read).toEqual([later.sequence]);
  const third = await accepted(3_000);
  expect(await known.of(third)).toEqual([earlier, later, third]);
  expect(await known.of(earlier)).toEqual([earlier, later, third]);
  expect(read).toEqual([later.sequence]);
});

test('it gives the same objects again, so that a body is parsed once', async () => {
  const [first, second] = [await accepted(1_000), await accepted(2_000)];
  const known = histories();
  const before = await known.of(first);
  const after = await known.of({ ...second });
  expect(after.map((event, index) => event === before[index])).toEqual([true, true]);
});

test('deliveries of one event that start together share one look at the ledger', async () => {
  const [first, second] = [await accepted(1_000), await accepted(2_000)];
  const known = histories();
  const given = await Promise.all([known.of(second), known.of(second), known.of(second)]);
  expect(given).toEqual([1, 2, 3].map(() => [first, second]));
  expect(checks).toBe(1);
});

test('an event that was accepted before the call is in it, also while another call waits', async () => {
  const first = await accepted(1_000);
  const known = histories();
  const waiting = known.of(first);
  const second = await accepted(2_000);
  expect(await known.of(first)).toEqual([first, second]);
  expect((await waiting).at(0)).toEqual(first);
});

test('a name that becomes known later is in it', async () => {
  const [first, second] = [await accepted(1_000), await accepted(2_000)];
  const known = histories();
  await known.of(second);
  await ledger.nameTrigger(first.key, 'maya@alpine-goods.example');
  expect((await known.of(second)).map(({ triggeredBy }) => triggeredBy)).toEqual([
    'maya@alpine-goods.example',
    null,
  ]);
});

test('a removed event is not in it, nor is it taken for the next one with its sequence', async () => {
  const removed = await accepted(1_000, { receivedAt: 5_000 });
  const known = histories();
  expect(await known.of(removed)).toEqual([removed]);
  expect(await ledger.removeTestExperience('default', 'experience-1')).toBe(true);
  expect(await known.of(removed)).toEqual([]);
  const next = await accepted(2_000, { receivedAt: 6_000 });
  expect(next.sequence).toBe(removed.sequence);
  expect(await known.of(next)).toEqual([next]);
  expect(await known.of(removed)).toEqual([next]);
});

test('sources with the same experience are apart, and an event without an experience has no history', async () => {
  const own = await accepted(1_000);
  const other = await accepted(2_000, { source: 'another' });
  const without = await accepted(3_000, { experienceId: null, action: null, problem: 'not JSON' });
  const known = histories();
  expect(await Promise.all([own, other, without].map((event) => known.of(event)))).toEqual([
    [own],
    [other],
    [],
  ]);
});

test('what does not fit is read again', async () => {
  const [first, second] = [await accepted(1_000), await accepted(2_000)];
  const known = histories(second.body.byteLength);
  expect(await known.of(second)).toEqual([first, second]);
  expect(await known.of(second)).toEqual([first, second]);
  expect(read.length).toBeGreaterThan(1);
});

test('after a failure of the storage, the next call asks again', async () => {
  const first = await accepted(1_000);
  let broken = true;
  const known = new Histories({
    historyEntries: (...of) =>
      broken ? Promise.reject(new Error('The disk is full.')) : ledger.historyEntries(...of),
    eventsOf: (sequences) => ledger.eventsOf(sequences),
  });
  await expect(known.of(first)).rejects.toThrow('The disk is full.');
  broken = false;
  expect(await known.of(first)).toEqual([first]);
});
