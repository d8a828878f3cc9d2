import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { app, connectTo, failureOf, performOf, run } from './zap.ts';

let fake: FakeIntelligems;
let authData: Record<string, string>;

beforeEach(async () => {
  fake = await startFakeIntelligems();
  authData = connectTo(fake);
});

afterEach(() => fake.close());

function keysOf(group: 'creates' | 'searches' | 'triggers', key: string): string[] {
  const { sample } = (app[group] as Record<string, { operation: { sample?: object } }>)[key]?.operation ?? {};
  return Object.keys(sample ?? {});
}

describe('actions', () => {
  test('the actions start, pause, and end with a winner', async () => {
    const { id, variations } = fake.create({ name: 'Backpack price test', type: 'pricing' });
    const inputData = { experience_id: id };
    const started = await run(performOf('creates', 'start_experience'), { authData, inputData });
    expect(started).toMatchObject({ id, experience_name: 'Backpack price test', status: 'started' });
    expect(Object.keys(started)).toEqual(keysOf('creates', 'start_experience'));
    const paused = await run(performOf('creates', 'pause_experience'), { authData, inputData });
    expect(paused).toMatchObject({ status: 'paused' });
    const winner = { outcome: 'winner', variation_id: variations[1]?.id, update_prices: true };
    const ended = await run(performOf('creates', 'end_experience'), {
      authData,
      inputData: { ...inputData, ...winner },
    });
    expect(ended).toMatchObject({
      status: 'ended',
      variation_count: 2,
      winning_variation: 'Variation 1',
      winning_variation_id: winner.variation_id,
    });
    expect(Object.keys(ended)).toEqual(keysOf('creates', 'end_experience'));
    expect(JSON.parse(fake.requests.at(-1)?.body ?? '')).toEqual({
      variationId: winner.variation_id,
      updatePricesToVariation: true,
    });
  });

  test('an unknown experience halts the run', async () => {
    const inputData = { experience_id: '2f4b8c1d-6a7e-4d59-8b30-91c2e5f7a014' };
    const failure = await failureOf(run(performOf('creates', 'start_experience'), { authData, inputData }));
    expect(failure).toMatchObject({ name: 'HaltedError' });
    expect(failure.text).toContain('knows no such experience');
  });

  test('a wrong token asks to reconnect', async () => {
    const { id } = fake.create();
    const bundle = { authData: { access_token: 'wrong' }, inputData: { experience_id: id } };
    const failure = await failureOf(run(performOf('creates', 'start_experience'), bundle));
    expect(failure.name).toBe('ExpiredAuthError');
  });

  test('the rate limit makes Zapier wait for as long as Intelligems asks', async () => {
    const { id } = fake.create();
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 17 });
    const inputData = { experience_id: id };
    const failure = await failureOf(run(performOf('creates', 'start_experience'), { authData, inputData }));
    expect(failure.name).toBe('ThrottledError');
    const { delay } = JSON.parse(failure.text.split('\n', 1)[0] ?? '');
    expect(delay).toBeGreaterThanOrEqual(16);
    expect(delay).toBeLessThanOrEqual(17);
    expect(fake.experience(id).status).toBe('pending');
  });

  test('an action whose answer was lost is not repeated', async () => {
    const { id } = fake.create();
    fake.faults.add({ kind: 'reset', after: true }, { path: '/actions/' });
    const inputData = { experience_id: id };
    const started = await run(performOf('creates', 'start_experience'), { authData, inputData });
    expect(started).toMatchObject({ status: 'started' });
    expect(fake.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('Find Experience', () => {
  test('Find Experience gives the exact name first, then the newest that contains it', async () => {
    fake.create({ name: 'Shipping test', createdAtTs: 1 });
    const other = fake.create({ name: 'Backpack price test, second round' });
    const exact = fake.create({ name: 'backpack price test' });
    const perform = performOf('searches', 'find_experience');
    const found = await run(perform, { authData, inputData: { name: 'Backpack price test' } });
    expect(found.map(({ id }: { id: string }) => id)).toEqual([exact.id, other.id]);
    expect(Object.keys(found[0])).toEqual(keysOf('searches', 'find_experience'));
  });

  test('Find Experience passes the status on, and finds nothing without an error', async () => {
    const { id } = fake.create({ name: 'Running' });
    fake.create({ name: 'Running too, but not started' });
    fake.act(id, 'start');
    const perform = performOf('searches', 'find_experience');
    const found = await run(perform, { authData, inputData: { name: 'running', status: 'started' } });
    expect(found).toMatchObject([{ id }]);
    expect(await run(perform, { authData, inputData: { name: 'an unknown name' } })).toEqual([]);
  });
});

describe('Find Experience Results', () => {
  test('Find Experience Results gives the verdict and the figures of each variation', async () => {
    const { id, variations } = fake.create({ name: 'Backpack price test' });
    fake.measure(id, {
      verdict: 'strong_win',
      runtimeDays: 21,
      measured: [
        { visitors: 10_000, orders: 300, revenue: 24_000, profit: null },
        { visitors: 10_000, orders: 390, revenue: 31_200, profit: null },
      ],
      monthlyRevenueIncrease: 10_286,
    });
    const perform = performOf('searches', 'experience_results');
    const [results] = await run(perform, { authData, inputData: { experience_id: id } });
    expect(Object.keys(results)).toEqual(keysOf('searches', 'experience_results'));
    expect(results).toMatchObject({
      experience_name: 'Backpack price test',
      verdict: 'strong_win',
      verdict_words: 'Strong win',
      caution: null,
      best_variation: 'Variation 1',
      best_variation_id: variations[1]?.id,
      monthly_revenue_increase: 10_286,
      currency: 'USD',
      variations: [
        { name: 'Control', visitors: 10_000, conversion_rate: 3, revenue_per_visitor: 2.4, uplift: null },
        { name: 'Variation 1', orders: 390, conversion_rate: 3.9, uplift: 30, profit_per_visitor: null },
      ],
    });
  });

  test('Find Experience Results adds a caution if the numbers are still small', async () => {
    const { id } = fake.create();
    fake.measure(id, {
      runtimeDays: 3,
      measured: [
        { visitors: 90, orders: 2, revenue: 160, profit: 40 },
        { visitors: 400, orders: 12, revenue: 900, profit: 200 },
      ],
    });
    const perform = performOf('searches', 'experience_results');
    const [results] = await run(perform, { authData, inputData: { experience_id: id } });
    expect(results.verdict_words).toBe('Not ready yet');
    expect(results.caution).toBe(
      'It has run for 3 days, and needs at least 10. Fewer than 100 visitors in Control. Fewer than 10 orders in Control.',
    );
  });

  test('Find Experience Results finds nothing for a deleted experience', async () => {
    const inputData = { experience_id: '2f4b8c1d-6a7e-4d59-8b30-91c2e5f7a014' };
    expect(await run(performOf('searches', 'experience_results'), { authData, inputData })).toEqual([]);
  });
});

describe('with a thousand experiences of forty variations', () => {
  beforeEach(() => {
    const variations = Array.from({ length: 40 }, (_, order) => ({
      id: `2f4b8c1d-6a7e-4d59-8b30-${String(order).padStart(12, '0')}`,
      name: `A variation with a long name, number ${order}`,
      percentage: 2.5,
      isControl: order === 0,
      order,
    }));
    for (let index = 0; index < 1_000; index += 1) {
      fake.create({ name: `Test ${index}`, variations });
    }
  });

  test('Find Experience gives only a few matches, and finds an exact name on the last page', async () => {
    const perform = performOf('searches', 'find_experience');
    const found = await run(perform, { authData, inputData: { name: 'Test' } });
    expect(JSON.stringify(found).length).toBeLessThan(200_000);
    const [exact] = await run(perform, { authData, inputData: { name: 'test 0' } });
    expect(exact.experience_name).toBe('Test 0');
  });

  test('Find Experiences gives line items and lines of text within what Zapier takes', async () => {
    const [found] = await run(performOf('searches', 'find_experiences'), { authData });
    expect(found).toMatchObject({ experience_count: 500, has_more: true });
    expect(found.experience_lines.split('\n')).toHaveLength(500);
    expect(JSON.stringify(found).length).toBeLessThan(3_000_000);
  });
});

test('Find Experiences narrows by name and status, and finds nothing without an error', async () => {
  const { id } = fake.create({ name: 'Running' });
  fake.create({ name: 'Running, but not started' });
  fake.act(id, 'start');
  const perform = performOf('searches', 'find_experiences');
  const [found] = await run(perform, { authData, inputData: { name: 'running', status: 'Started' } });
  expect(found).toMatchObject({ experience_count: 1, experiences: [{ id, status: 'started' }] });
  expect(await run(perform, { authData, inputData: { name: 'nothing' } })).toEqual([]);
});

describe('dropdowns', () => {
  test('the dropdown of an action lists only experiences for which it is possible', async () => {
    const [pending, started, paused, ended] = ['Pending', 'Live', 'Paused', 'Over'].map((name) =>
      fake.create({ name }),
    );
    for (const experience of [started, paused, ended]) {
      fake.act(String(experience?.id), 'start');
    }
    fake.act(String(paused?.id), 'pause');
    fake.act(String(ended?.id), 'end');
    const listed = async (key: string) =>
      (await run(performOf('triggers', key), { authData, meta: { page: 0 } }))
        .map(({ id }: { id: string }) => id)
        .sort();
    const ids = (...experiences: (typeof pending)[]) => experiences.map((each) => each?.id).sort();
    expect(await listed('running_experience_list')).toEqual(ids(started));
    expect(await listed('endable_experience_list')).toEqual(ids(started, paused));
    expect(await listed('startable_experience_list')).toEqual(ids(pending, paused));
    expect(await listed('experience_list')).toHaveLength(4);
  });

  test('the dropdown lists the experiences page by page, without deleted ones', async () => {
    for (let index = 0; index < 130; index += 1) {
      fake.create({ name: `Test ${index}` });
    }
    fake.act(fake.create({ name: 'Gone' }).id, 'delete');
    const perform = performOf('triggers', 'experience_list');
    const names: string[] = [];
    for (const page of [0, 1, 2]) {
      const items = await run(perform, { authData, meta: { page } });
      names.push(...items.map(({ experience_name }: { experience_name: string }) => experience_name));
    }
    expect(names).toHaveLength(130);
    expect(names).toContain('Test 7 (pending)');
  });

  test('the dropdown lists an experience’s variations once it is chosen', async () => {
    const { id, variations } = fake.create();
    const perform = performOf('triggers', 'variation_list');
    expect(await run(perform, { authData })).toEqual([]);
    const items = await run(perform, { authData, inputData: { experience_id: id } });
    expect(items).toMatchObject(variations.map((variation) => ({ id: variation.id, name: variation.name })));
  });
});
