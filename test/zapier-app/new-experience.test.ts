import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { connectTo, performOf, run, type ZapBundle } from './zap.ts';

const DAY_MS = 86_400_000;

let fake: FakeIntelligems;
let authData: Record<string, string>;

beforeEach(async () => {
  fake = await startFakeIntelligems();
  authData = connectTo(fake);
});

afterEach(() => fake.close());

function poll(bundle: ZapBundle = {}): Promise<{ id: string }[]> {
  return run(performOf('triggers', 'new_experience'), { authData, ...bundle });
}

test('New Experience gives created experiences, newest first, and nothing old', async () => {
  const old = fake.create({ createdAtTs: Date.now() - 30 * DAY_MS });
  const one = fake.create({ createdAtTs: Date.now() - 2_000 });
  const other = fake.create({ createdAtTs: Date.now() - 1_000 });
  expect((await poll()).map(({ id }) => id)).toEqual([other.id, one.id]);
  const noted = await poll({ meta: { isPopulatingDedupe: true } });
  expect(noted.map(({ id }) => id)).toContain(old.id);
});

test('New Experience filters by type and name, including the names that people use for a type', async () => {
  const { id } = fake.create({ name: 'Backpack price test', type: 'pricing' });
  fake.create({ name: 'Backpack banner', type: 'content/onsiteEdits' });
  const inputData = { experience_type: 'Price', name_contains: 'backpack' };
  expect((await poll({ inputData })).map((each) => each.id)).toEqual([id]);
});

test('New Experience has a sample in an organization without experiences', async () => {
  expect(await poll({ meta: { isLoadingSample: true } })).toHaveLength(1);
});
