import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventStory } from '../../../receivers/operations/records.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { fillLedger, type PastEvent } from '../../fixtures/filled-ledger.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'the-token-of-the-tests';
const VIEWER = 'the-token-that-only-reads';
const DAY_MS = 86_400_000;
const NOON = Date.UTC(2026, 9, 10, 12);

/** Three events of a past day that were never sent anywhere, and one that was. */
const PAST: PastEvent[] = (['create', 'start', 'pause'] as const).map((sample, index) => ({
  sample,
  experienceId: 'backpack',
  name: 'Backpack price test',
  at: NOON + index * 60_000,
  destinations: index === 2 ? ['http'] : [],
}));

const home = temporaryFolder();
let api: FakeOwnApi;
let receiver: ReceiverHere;
let editor: string;
let viewer: string;

beforeAll(async () => {
  await fillLedger(home.folder, PAST, ['http'], () => ({ type: 'done' }));
  api = await startFakeOwnApi();
  receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    CONSOLE_VIEWER_TOKEN: VIEWER,
    RETENTION_DAYS: '3650',
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
  });
  [editor, viewer] = await Promise.all([signIn(TOKEN), signIn(VIEWER)]);
});
afterAll(async () => {
  await receiver?.stop();
  await api?.close();
  home.remove();
});

async function signIn(token: string): Promise<string> {
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    headers: { origin: receiver.url },
    redirect: 'manual',
  });
  return login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

async function page(path: string, cookie = editor): Promise<string> {
  const response = await fetch(`${receiver.url}/console${path}`, { headers: { cookie } });
  return (await response.text()).replace(/^.*<main/s, '').replaceAll(/\s+/g, ' ');
}

function submit(path: string, fields: Record<string, string>, cookie = editor): Promise<Response> {
  return fetch(`${receiver.url}/console${path}`, {
    method: 'POST',
    headers: { cookie, origin: receiver.url },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
}

async function story(key: string): Promise<EventStory> {
  const response = await fetch(`${receiver.url}/console/api/events/${key}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return (await response.json()) as EventStory;
}

async function arrived(count: number): Promise<void> {
  while (api.requests.length < count) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a delivery that waits for its next attempt can be tried now, by an editor only', async () => {
  api.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3_600 });
  const { event: key } = (await (await receiver.post(sampleBody('start'))).json()) as { event: string };
  let waiting = (await story(key)).deliveries[0];
  while (waiting?.state !== 'ready' || waiting.attemptRecords.length === 0) {
    waiting = (await story(key)).deliveries[0];
  }
  const path = `/events/${key}/deliveries/${waiting.id}/now`;
  expect(await page(`/events/${key}`)).toContain(`action="/console${path}"`);
  expect(await page(`/events/${key}`, viewer)).not.toContain('Try now');
  expect((await submit(path, {}, viewer)).status).toBe(403);
  expect((await submit(`/events/${key}/deliveries/999/now`, {})).status).toBe(404);
  expect((await submit(`/events/${key}/deliveries/x/now`, {})).status).toBe(404);
  expect(api.requests).toHaveLength(1);

  const tried = await submit(path, {});
  expect(tried.headers.get('location')).toBe(`/console/events/${key}?done=tried-now`);
  await arrived(2);
  while ((await story(key)).deliveries[0]?.state !== 'done') {}
  expect(await page(`/events/${key}`)).not.toContain('Try now');
  expect((await submit(path, {})).headers.get('location')).toContain('done=not-waiting');
});

const span = { from: '2026-10-10T12:00', until: '2026-10-10T12:30', to: 'http' };
const query = (fields: Record<string, string>): string => `/events/replay?${new URLSearchParams(fields)}`;

test('a span of events is sent again after the page has said how many there are', async () => {
  const before = api.requests.length;
  expect(await page('/events')).toContain('href="/console/events/replay"');
  const plan = await page(query(span));
  expect(plan).toContain('3 events, 3 messages');
  expect(plan).toContain('2 events that were never sent there will be sent now.');
  expect(plan).toContain('1 event that was sent before will be sent once more');
  expect(api.requests).toHaveLength(before);
  expect(await page(query(span), viewer)).not.toContain('<button>Send 3');
  expect((await submit('/events/replay', span, viewer)).status).toBe(403);

  const sent = await submit('/events/replay', span);
  expect(sent.headers.get('location')).toContain('done=span-replayed');
  await arrived(before + 3);
  const actions = api.requests.slice(before).map(({ body }) => JSON.parse(body).action);
  expect(actions).toEqual(['createExperience', 'startExperience', 'pauseExperience']);
  const list = await page((sent.headers.get('location') as string).replace('/console', ''));
  expect(list).toContain('value="2026-10-10T12:30:00"');
});

test('a span can be narrowed, and its bounds count: from this time on, before that time', async () => {
  expect(await page(query({ ...span, until: '2026-10-10T12:02' }))).toContain('2 events, 2 messages');
  expect(await page(query({ ...span, action: 'startExperience' }))).toContain('1 event, 1 message');
  expect(await page(query({ ...span, experience: 'another' }))).toContain('No events in this span');
});

test.each([
  [{ from: '2026-10-10T12:00' }, 'Send events again'],
  [{ from: '2026-10-10T12:00', until: '2026-10-10T13:00' }, 'Choose at least one destination.'],
  [{ to: 'http' }, 'Choose when the span begins.'],
  [{ from: 'yesterday', to: 'http' }, 'One of the fields is not valid.'],
  [{ from: '2026-10-10T12:00', until: '2026-10-10T11:00', to: 'http' }, 'The span ends before it begins.'],
  [{ from: '2026-10-10T12:00', to: 'fax' }, 'There is no destination “fax”.'],
])('the page for a span says what is missing in %j', async (fields, words) => {
  expect(await page(query(fields as Record<string, string>))).toContain(words);
});

test('the API plans and sends a span again', async () => {
  const call = async (path: string): Promise<unknown> => {
    const response = await fetch(`${receiver.url}/console/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: NOON, to: NOON + DAY_MS, experience: 'backpack', destinations: ['http'] }),
    });
    return await response.json();
  };
  const before = api.requests.length;
  expect(await call('/events/replay/plan')).toMatchObject({
    events: 3,
    more: false,
    firstAt: expect.any(Number),
    steps: [{ destination: 'http', first: 0, again: 3, revive: 0, nothing: 0 }],
  });
  expect(await call('/events/replay')).toEqual({ count: 3 });
  await arrived(before + 3);
});

test('test experiences are marked, and can be removed by an editor after the page has listed them', async () => {
  const call = async (path: string, method = 'GET'): Promise<never> => {
    const response = await fetch(`${receiver.url}/console/api${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });
    return (await response.json()) as never;
  };
  const events = async (): Promise<number> => {
    const { buckets } = (await call('/timeline')) as { buckets: { events: number }[] };
    return buckets.reduce((sum, bucket) => sum + bucket.events, 0);
  };
  const before = await events();
  const { key } = (await call('/test', 'POST')) as { key: string };
  while ((await story(key)).deliveries.some(({ state }) => state !== 'done')) {}
  expect(await events()).toBe(before);
  expect(await page('/experiences')).toContain('<span class="tag">test</span>');
  expect(await page('/experiences', viewer)).not.toContain('Remove tests');
  const plan = await page('/test-experiences');
  expect(plan).toContain('Test from the console');
  expect(plan).not.toContain('Backpack price test</bdi></a>: 3');
  expect(await page('/test-experiences', viewer)).not.toContain('<button>Remove');
  expect((await submit('/test-experiences', {}, viewer)).status).toBe(403);

  const removed = await submit('/test-experiences', {});
  expect(removed.headers.get('location')).toBe('/console/experiences?done=tests-removed');
  expect(await call(`/events/${key}`)).toMatchObject({ status: 404 });
  expect(await page('/experiences')).not.toContain('<span class="tag">test</span>');
  expect(await page('/experiences')).toContain('Backpack price test');
  expect(await page('/test-experiences')).toContain('There are no test experiences.');
  expect(await call('/test-experiences')).toEqual({ experiences: [] });
  expect(await call('/test-experiences/remove', 'POST')).toEqual({ removed: 0, left: 0 });
});
