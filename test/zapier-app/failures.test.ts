import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { connectTo, failureOf, performOf, run } from './zap.ts';

let fake: FakeIntelligems;
let authData: Record<string, string>;

beforeEach(async () => {
  fake = await startFakeIntelligems();
  authData = connectTo(fake);
});

afterEach(async () => {
  delete process.env.INTELLIGEMS_API_VERSION;
  await fake.close();
});

const poll = () => run(performOf('triggers', 'experience_status_changed'), { authData });

const FIREWALL_PAGE = '<!doctype html><title>Access denied</title><h1>Error 1020</h1>';

test.each([
  [403, FIREWALL_PAGE],
  [401, FIREWALL_PAGE],
  [403, ''],
])('a firewall’s %i does not mark the connection as expired: %s', async (status, body) => {
  fake.faults.add({ kind: 'status', status, body }, { times: 9 });
  const failure = await failureOf(poll());
  expect(failure.name).toBe('AppError');
  expect(failure.text).toContain('firewall');
});

test.each([
  [401, '{"error":"Unauthorized"}'],
  [403, '{"error":"Forbidden"}'],
  [401, ''],
])('the API’s own %i asks to reconnect: %s', async (status, body) => {
  fake.faults.add({ kind: 'status', status, body }, { times: 9 });
  expect((await failureOf(poll())).name).toBe('ExpiredAuthError');
});

test('a 429 without headers waits as long as Intelligems takes to refill its bucket', async () => {
  fake.faults.add({ kind: 'status', status: 429, body: '{"error":"Too Many Requests"}' });
  const failure = await failureOf(poll());
  expect(failure.name).toBe('ThrottledError');
  expect(JSON.parse(failure.text.split('\n', 1)[0] ?? '').delay).toBeGreaterThanOrEqual(29);
});

test.each([
  ['triggers', 'experience_status_changed'],
  ['searches', 'find_experience'],
  ['searches', 'experience_results'],
  ['creates', 'pause_experience'],
] as const)(
  'a retired version of the API is an error in %s.%s, so that people notice it',
  async (group, key) => {
    const { id } = fake.create();
    process.env.INTELLIGEMS_API_VERSION = 'v24-01-gone';
    const inputData = { experience_id: id, name: 'Experience' };
    const failure = await failureOf(run(performOf(group, key), { authData, inputData }));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain('version of the API');
  },
);
