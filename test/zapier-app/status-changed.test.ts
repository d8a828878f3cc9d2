import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { sampleEvent } from '../../zapier-app/samples.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { connectTo, failureOf, performOf, run, type ZapBundle } from './zap.ts';

let fake: FakeIntelligems;
let authData: Record<string, string>;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 8, 1, 9);
  fake = await startFakeIntelligems({ now: () => now });
  authData = connectTo(fake);
});

afterEach(() => fake.close());

function poll(bundle: ZapBundle = {}): Promise<ZapierEvent[]> {
  return run(performOf('triggers', 'experience_status_changed'), { authData, ...bundle });
}

/** Lets an hour pass, then acts. */
function later(id: string, action: 'start' | 'pause' | 'end' | 'delete', by?: string): void {
  now += 3_600_000;
  fake.act(id, action, by);
}

test('gives what was started, paused and ended, newest first, in the common form', async () => {
  const one = fake.create({ name: 'One' });
  const other = fake.create({ name: 'Other' });
  later(one.id, 'start', 'jonas@alpine-goods.example');
  later(other.id, 'start');
  later(one.id, 'pause');
  later(one.id, 'end');
  const events = await poll();
  expect(events.map((event) => `${event.experience_name} ${event.action_type}`)).toEqual([
    'One endExperience',
    'One pauseExperience',
    'Other startExperience',
    'One startExperience',
  ]);
  expect(events[3]).toMatchObject({
    id: `${one.id}-start-${Date.UTC(2026, 8, 1, 10)}`,
    experience_id: one.id,
    timestamp: '2026-09-01T10:00:00.000Z',
    triggered_by_email: 'jonas@alpine-goods.example',
    event: 'Experience Started',
    status: 'started',
    organization_id: fake.organization.id,
  });
  expect(Object.keys(events[0] ?? {})).toEqual(Object.keys(sampleEvent('startExperience')));
});

test('gives an action the same id in every poll, and two starts of one experience two ids', async () => {
  const { id } = fake.create();
  later(id, 'start');
  const first = await poll();
  later(id, 'pause');
  later(id, 'start');
  const second = await poll();
  expect(second.map((event) => event.id)).toContain(first[0]?.id);
  expect(new Set(second.map((event) => event.id)).size).toBe(3);
});

test('reads all pages, and gives at most a hundred', async () => {
  for (let index = 0; index < 120; index += 1) {
    later(fake.create({ name: `Test ${index}` }).id, 'start');
  }
  const events = await poll();
  expect(events).toHaveLength(100);
  expect(events[0]?.experience_name).toBe('Test 119');
  expect(fake.requests).toHaveLength(2);
});

test('reads one page only for a sample in the editor', async () => {
  for (let index = 0; index < 120; index += 1) {
    later(fake.create().id, 'start');
  }
  await poll({ meta: { isLoadingSample: true } });
  expect(fake.requests).toHaveLength(1);
});

test('filters by event, module, category, type, name and experience', async () => {
  const wanted = fake.create({ name: 'Free shipping over $75', type: 'shipping' });
  const other = fake.create({ name: 'Backpack price test', type: 'pricing', category: 'personalization' });
  for (const { id } of [wanted, other]) {
    later(id, 'start');
    later(id, 'end');
  }
  for (const inputData of [
    { module: 'shipping' },
    { category: 'experiment' },
    { experience_type: 'shipping' },
    { name_contains: 'free SHIPPING' },
    { experience_id: wanted.id },
  ]) {
    const events = await poll({ inputData });
    expect(events.map((event) => event.experience_id)).toEqual([wanted.id, wanted.id]);
  }
  const events = await poll({ inputData: { events: ['endExperience'] } });
  expect(events.map((event) => event.action_type)).toEqual(['endExperience', 'endExperience']);
});

test('asks to wait where the rate limit is met, and to reconnect where the token is wrong', async () => {
  fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 30 });
  expect((await failureOf(poll())).name).toBe('ThrottledError');
  expect((await failureOf(poll({ authData: { access_token: 'wrong' } }))).name).toBe('ExpiredAuthError');
});
