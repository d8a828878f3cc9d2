import { mock } from 'node:test';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { sampleEvent } from '../../zapier-app/samples.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { app, connectTo, failureOf, performOf, run, type ZapBundle } from './zap.ts';

let fake: FakeIntelligems;
let authData: Record<string, string>;
/** The clock of the fake: the first actions are six days old, which a poll still gives. */
let now: number;

const DAY_MS = 86_400_000;

beforeEach(async () => {
  now = Date.now() - 6 * DAY_MS;
  fake = await startFakeIntelligems({ now: () => now });
  authData = connectTo(fake);
});

afterEach(() => fake.close());

function poll(bundle: ZapBundle = {}): Promise<ZapierEvent[]> {
  return run(performOf('triggers', 'experience_status_changed'), { authData, ...bundle });
}

/** Lets a minute pass, then acts. */
function later(id: string, action: 'start' | 'pause' | 'end' | 'delete', by?: string): void {
  now += 60_000;
  fake.act(id, action, by);
}

test('Experience Status Changed gives starts, pauses, and ends, newest first, in the common form', async () => {
  const one = fake.create({ name: 'One' });
  const other = fake.create({ name: 'Other' });
  later(one.id, 'start', 'jonas@alpine-goods.example');
  const startedAt = now;
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
    id: `${one.id}-start-${startedAt}`,
    experience_id: one.id,
    timestamp: new Date(startedAt).toISOString(),
    triggered_by_email: 'jonas@alpine-goods.example',
    event: 'Experience Started',
    status: 'started',
    organization_id: fake.organization.id,
  });
  expect(Object.keys(events[0] ?? {})).toEqual(Object.keys(sampleEvent('startExperience')));
});

test('the sample of Experience Status Changed has nothing that the list lacks', async () => {
  later(fake.create().id, 'start');
  const [event] = await poll();
  const { sample } = app.triggers.experience_status_changed?.operation ?? {};
  for (const key of ['store', 'organization_name'] as const) {
    expect([key, event?.[key], sample?.[key]]).toEqual([key, null, null]);
  }
});

test('an action has the same ID in every poll, and two starts of one experience have two IDs', async () => {
  const { id } = fake.create();
  later(id, 'start');
  const first = await poll();
  later(id, 'pause');
  later(id, 'start');
  const second = await poll();
  expect(second.map((event) => event.id)).toContain(first[0]?.id);
  expect(new Set(second.map((event) => event.id)).size).toBe(3);
});

test('a poll reads all pages', async () => {
  for (let index = 0; index < 120; index += 1) {
    later(fake.create({ name: `Test ${index}` }).id, 'start');
  }
  const events = await poll();
  expect(events).toHaveLength(120);
  expect(events[0]?.experience_name).toBe('Test 119');
  expect(fake.requests).toHaveLength(2);
});

test('an experience that leaves the list makes no old action new', async () => {
  now = Date.now() - 5 * DAY_MS;
  const experiences = Array.from({ length: 60 }, () => fake.create());
  for (const { id } of experiences) {
    later(id, 'start');
    later(id, 'pause');
  }
  const seen = await poll({ meta: { isPopulatingDedupe: true } });
  expect(seen).toHaveLength(120);
  fake.archive(experiences.at(-1)?.id ?? '');
  const known = new Set(seen.map(({ id }) => id));
  expect((await poll()).filter(({ id }) => !known.has(id))).toEqual([]);
});

test('a poll sees a start of the thousand-and-first experience, and does not run for old actions', async () => {
  const oldest = fake.create();
  now += 1;
  for (let index = 0; index < 1_000; index += 1) {
    fake.create({ createdAtTs: now });
  }
  later(oldest.id, 'start');
  const events = await poll();
  expect(events.map((event) => event.experience_id)).toEqual([oldest.id]);
  fake.requests.length = 0;
  const chosen = await poll({ inputData: { experience_id: oldest.id } });
  expect(chosen).toHaveLength(1);
  expect(fake.requests.map(({ path }) => path)).toEqual([`/v25-10-beta/experiences/${oldest.id}`]);
});

test('if a poll cannot read all pages, live experiences come first', async () => {
  now = Date.now() - 60_000;
  const oldest = fake.create();
  now += 1;
  for (let index = 0; index < 1_600; index += 1) {
    fake.create({ createdAtTs: now });
  }
  later(oldest.id, 'start');
  await poll();
  const paths = fake.requests.map(({ path }) => path);
  expect(paths[1]).toContain('status=started');
});

test('what Zapier stores when a Zap is switched on stays within its limits, and has all IDs', async () => {
  const variations = Array.from({ length: 40 }, (_, order) => ({
    id: `2f4b8c1d-6a7e-4d59-8b30-${String(order).padStart(12, '0')}`,
    name: `A variation with a long name, number ${order}`,
    percentage: 2.5,
    isControl: order === 0,
    order,
  }));
  for (let index = 0; index < 1_000; index += 1) {
    const { id } = fake.create({ name: `Test ${index}`, variations });
    fake.act(id, 'start');
    fake.act(id, 'end');
  }
  const noted = await poll({ meta: { isPopulatingDedupe: true } });
  expect(noted).toHaveLength(2_000);
  expect(JSON.stringify(noted).length).toBeLessThan(6_000_000);
  expect(JSON.stringify(await poll()).length).toBeLessThan(6_000_000);
  expect(await poll({ meta: { isLoadingSample: true } })).toHaveLength(3);
});

test('old actions fill Zapier’s list of seen IDs, and serve as samples', async () => {
  now = Date.now() - 120 * DAY_MS;
  later(fake.create().id, 'start');
  expect(await poll()).toEqual([]);
  expect(await poll({ meta: { isPopulatingDedupe: true } })).toHaveLength(1);
  expect(await poll({ meta: { isLoadingSample: true } })).toHaveLength(1);
});

test('a sample in the editor reads one page only', async () => {
  for (let index = 0; index < 120; index += 1) {
    later(fake.create().id, 'start');
  }
  await poll({ meta: { isLoadingSample: true } });
  expect(fake.requests).toHaveLength(1);
});

test('Experience Status Changed filters by event, module, category, type, name, and experience', async () => {
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

test('Experience Status Changed refuses events that the list never reports, and names those it does', async () => {
  const failure = await failureOf(poll({ inputData: { events: ['updateExperience'] } }));
  expect(failure.text).toContain('Experience Ended (endExperience)');
  expect(failure.text).not.toContain('Experience Created');
});

test('a timeout says that Intelligems did not answer, not that it could not be reached', async () => {
  fake.faults.add({ kind: 'hang' });
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const failure = failureOf(poll());
    while (fake.requests.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    let ended = false;
    void failure.then(() => {
      ended = true;
    });
    while (!ended) {
      mock.timers.tick(9_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await failure).text).toContain('Intelligems did not answer within 9 s.');
  } finally {
    mock.timers.reset();
  }
});

test('a rate limit asks Zapier to wait, and a wrong token asks to reconnect', async () => {
  fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 30 });
  expect((await failureOf(poll())).name).toBe('ThrottledError');
  expect((await failureOf(poll({ authData: { access_token: 'wrong' } }))).name).toBe('ExpiredAuthError');
});
