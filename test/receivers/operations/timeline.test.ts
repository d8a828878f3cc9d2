import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Ledger } from '../../../receivers/contract/ledger.ts';
import { timelineOperations } from '../../../receivers/operations/timeline.ts';
import { emptyLedger } from '../../fixtures/ledger.ts';
import { until } from '../../fixtures/until.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 9, 10, 12);

let ledger: Ledger;
let remove: () => Promise<void>;
/** The beginnings of the buckets that were counted since the test last looked. */
let counted: number[];
let now: number;

beforeEach(async () => {
  ({ ledger, remove } = await emptyLedger());
  counted = [];
  now = NOON;
});

afterEach(() => remove());

/** The chart of a receiver that has just started. */
function started(): () => Promise<number[]> {
  const watched = {
    timeline: (from: number, to: number, bucketMs: number) => {
      counted.push(from);
      return ledger.timeline(from, to, bucketMs);
    },
    recall: ledger.recall.bind(ledger),
    remember: ledger.remember.bind(ledger),
  } as unknown as Ledger;
  const operations = timelineOperations({ ledger: watched, now: () => now });
  return async () => (await operations.timeline('30d')).buckets.map(({ events }) => events);
}

async function accept(receivedAt: number): Promise<void> {
  await ledger.accept({
    key: `evt_${receivedAt}`,
    source: 'default',
    origin: 'webhook',
    action: 'startExperience',
    experienceId: 'experience-1',
    experienceName: 'Backpack price test',
    organizationId: 'organization-1',
    occurredAt: receivedAt,
    receivedAt,
    body: Buffer.from('{}'),
    headers: {},
    problem: null,
    deliveries: [],
  });
}

/** How many buckets were counted, once the ledger remembers those of 30 days. */
async function countedWhenRemembered(): Promise<number> {
  await until(
    () => ledger.recall('timeline', '30d'),
    (fact) => fact !== null,
  );
  return counted.splice(0).length;
}

test('a receiver that starts takes over the counts of finished days, and counts the last two anew', async () => {
  await accept(NOON - 10 * DAY_MS);
  const before = await started()();
  expect(before.at(-11)).toBe(1);
  expect(before).toHaveLength(30);
  expect(await countedWhenRemembered()).toBe(30);
  await accept(NOON - DAY_MS);
  await accept(NOON);
  now = NOON + MINUTE_MS;
  const after = await started()();
  expect(after.slice(-2)).toEqual([1, 1]);
  expect(after.at(-11)).toBe(1);
  expect(counted.toSorted()).toEqual([NOON - DAY_MS - DAY_MS / 2, NOON - DAY_MS / 2]);
});

test('an old count is shown at once, and the next look has what changed since', async () => {
  const chart = started();
  await chart();
  await countedWhenRemembered();
  await accept(NOON - 10 * DAY_MS);
  now = NOON + 10 * MINUTE_MS;
  expect((await chart()).at(-11)).toBe(0);
  await until(chart, (buckets) => buckets.at(-11) === 1);
});

test('a day is counted again at later looks until it ended long ago', async () => {
  const chart = started();
  await chart();
  await countedWhenRemembered();
  now = NOON + DAY_MS + 10 * MINUTE_MS;
  await chart();
  expect(counted.slice(0, 3)).toEqual([NOON - DAY_MS / 2 - DAY_MS, NOON - DAY_MS / 2, NOON + DAY_MS / 2]);
});

test('what is too old for the chart is forgotten', async () => {
  const chart = started();
  await chart();
  await countedWhenRemembered();
  now = NOON + 20 * DAY_MS;
  await chart();
  const remembered = await until(
    async () =>
      JSON.parse((await ledger.recall('timeline', '30d')) ?? '[]') as { bucket: { from: number } }[],
    (buckets) => buckets.every(({ bucket }) => bucket.from > now - 30 * DAY_MS),
  );
  expect(remembered.length).toBeGreaterThan(20);
});
