import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventKey } from '../../shared/event-key.ts';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../fakes/own-api.ts';
import { type CaughtHook, type FakeZapierHooks, startFakeZapierHooks } from '../fakes/zapier-hooks.ts';
import { eventOf, sampleBody, samplePayload } from '../fixtures/messages.ts';
import { Receiver, type RunningReceiver, temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';
import { app, failureOf, performOf, run } from './zap.ts';

const KEY = 'a key for the Zapier app';
const CONSOLE_TOKEN = 'a-token-for-the-console';

let hooks: FakeZapierHooks;
let receiver: RunningReceiver;
/** What gets the events beside the Zaps. */
let ownApi: FakeOwnApi;
let data: ReturnType<typeof temporaryFolder>;
let authData: Record<string, string>;
/** Of all Zaps that were switched on. */
const subscriptions: { id: string }[] = [];

beforeEach(async () => {
  hooks = await startFakeZapierHooks();
});

afterEach(() => hooks.close());

beforeAll(async () => {
  ownApi = await startFakeOwnApi();
});

afterAll(() => ownApi.close());

function settingsWith(settings: Record<string, string>): Record<string, string> {
  return {
    DATA_DIR: data.folder,
    FORWARD_URL: ownApi.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    ZAPIER_API_KEY: KEY,
    CONSOLE_TOKEN,
    ZAPIER_TARGET_HOSTS: '127.0.0.1',
    FIRST_RETRY_SECONDS: '0.1',
    ...settings,
  };
}

async function startReceiver(settings: Record<string, string> = {}): Promise<void> {
  receiver = await ReceiverHere.start(settingsWith(settings));
}

/** Signs in to the console; gives what reads its pages. */
async function signedIn(): Promise<(path: string) => Promise<string>> {
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    headers: { origin: receiver.url },
    body: new URLSearchParams({ token: CONSOLE_TOKEN }),
    redirect: 'manual',
  });
  const cookie = String(login.headers.get('set-cookie')).split(';')[0] ?? '';
  return async (path) => (await fetch(receiver.url + path, { headers: { cookie } })).text();
}

async function removeReceiver(): Promise<void> {
  await receiver.stop();
  data.remove();
}

/** What the connection holds. */
function connect(): void {
  authData = { access_token: 'unused here', receiver_url: receiver.url, receiver_key: KEY };
}

/** Switches a Zap on: Zapier calls the trigger's performSubscribe. */
async function subscribe(trigger: string, zap: string, inputData: object = {}): Promise<{ id: string }> {
  const perform = performOf('triggers', trigger, 'performSubscribe');
  const bundle = { authData, targetUrl: hooks.urlOf(zap), inputData: { ...inputData } };
  const subscription: { id: string } = await run(perform, bundle);
  subscriptions.push(subscription);
  return subscription;
}

function unsubscribe(trigger: string, subscribeData: { id: string }): Promise<unknown> {
  return run(performOf('triggers', trigger, 'performUnsubscribe'), { authData, subscribeData });
}

/** What a Zap gets of a caught hook: Zapier calls the trigger's perform. */
function caughtBy(trigger: string, { headers, content }: CaughtHook): Promise<ZapierEvent[]> {
  return run(performOf('triggers', trigger), {
    authData,
    rawRequest: { headers, content },
    cleanedRequest: JSON.parse(content),
  });
}

async function eventsOf(trigger: string, zap: string): Promise<ZapierEvent[]> {
  const events: ZapierEvent[] = [];
  for (const hook of hooks.of(zap)) {
    events.push(...(await caughtBy(trigger, hook)));
  }
  return events;
}

/** Sends a webhook of its own kind, so that a test can recognize it and wait for it. */
async function post(
  fields: { action?: string; name?: string; id?: string; category?: string; timestamp?: number } = {},
) {
  const payload = samplePayload('start');
  const { action = 'startExperience', timestamp = payload.timestamp, ...experience } = fields;
  const body = JSON.stringify({
    ...payload,
    action,
    timestamp,
    experience: { ...payload.experience, ...experience },
  });
  const response = await receiver.post(body);
  expect(response.status).toBe(200);
}

describe('a receiver that is shared by tests', () => {
  beforeAll(async () => {
    data = temporaryFolder();
    await startReceiver();
  });

  afterAll(removeReceiver);

  beforeEach(connect);

  afterEach(async () => {
    connect();
    for (const subscription of subscriptions.splice(0)) {
      await unsubscribe('any_experience_event', subscription);
    }
  });

  test('a Zap subscribes, gets a signed webhook once, and gets nothing after unsubscribing', async () => {
    const subscription = await subscribe('experience_started', 'zap');
    for (let times = 0; times < 3; times += 1) {
      expect((await receiver.post(sampleBody('start'))).status).toBe(200);
    }
    await hooks.waitFor(1);
    const [event, ...others] = await eventsOf('experience_started', 'zap');
    expect(others).toEqual([]);
    expect(Object.keys(event ?? {})).toEqual(
      Object.keys(app.triggers.experience_started?.operation.sample ?? {}),
    );
    expect(event).toMatchObject({
      id: eventKey('default', eventOf(samplePayload('start')), sampleBody('start')),
      experience_name: 'Backpack price test',
      action_type: 'startExperience',
      experience_type: 'pricing',
      timestamp: '2026-09-02T09:30:00.000Z',
      experience_id: samplePayload('start').experience.id,
      triggered_by_email: 'maya@alpine-goods.example',
      organization_name: 'Alpine Goods',
      recovered: false,
    });
    await subscribe('experience_ended', 'witness');
    await unsubscribe('experience_started', subscription);
    await post({ id: 'later', name: 'Later' });
    await post({ action: 'endExperience', id: 'witness' });
    await hooks.waitFor(1, 'witness');
    expect(hooks.of('zap')).toHaveLength(1);
  });

  test('unsubscribing twice is fine', async () => {
    const subscription = await subscribe('experience_started', 'zap');
    await unsubscribe('experience_started', subscription);
    await unsubscribe('experience_started', subscription);
  });

  test('each Zap gets the events it chose', async () => {
    await subscribe('experience_started', 'started');
    await subscribe('any_experience_event', 'chosen', { events: ['endExperience', 'pauseExperience'] });
    await subscribe('any_experience_event', 'all');
    await subscribe('any_experience_event', 'named', {
      name_contains: 'SHIPPING',
      experience_type: 'pricing',
    });
    await subscribe('any_experience_event', 'other', { experience_type: 'shipping' });
    await post({ id: 'one', name: 'One' });
    await post({ action: 'pauseExperience', id: 'two', name: 'Free shipping' });
    await post({ action: 'updateExperience', id: 'three', name: 'Three' });
    await hooks.waitFor(3, 'all');
    for (const zap of ['started', 'chosen', 'named']) {
      await hooks.waitFor(1, zap);
    }
    const names = (zap: string) => hooks.of(zap).map(({ content }) => JSON.parse(content).experience_name);
    expect(names('started')).toEqual(['One']);
    expect(names('chosen')).toEqual(['Free shipping']);
    expect(names('all').sort()).toEqual(['Free shipping', 'One', 'Three']);
    expect(names('named')).toEqual(['Free shipping']);
    expect(names('other')).toEqual([]);
  });

  test('if one Zap cannot be reached, the others do not get an event twice', async () => {
    hooks.faults.add({ kind: 'status', status: 502 }, { path: '/broken' });
    await subscribe('experience_started', 'fine');
    await subscribe('experience_started', 'broken');
    await post({ id: 'broken' });
    await hooks.waitFor(1, 'broken');
    expect(hooks.of('fine')).toHaveLength(1);
  });

  test('the console shows the Zap of each delivery, and that Zapier is connected', async () => {
    const { id } = await subscribe('experience_started', 'zap');
    await post({ id: 'shown' });
    await hooks.waitFor(1, 'zap');
    const page = await signedIn();
    const overview = await page('/console');
    expect(overview).not.toContain('Nothing is connected');
    const [, address] = /href="(\/console\/events\/evt_\w+)"/.exec(overview) ?? [];
    const event = await page(String(address));
    expect(event).toContain(`For the Zap ${id.slice(0, 8)}`);
    expect(event).not.toContain('sent again');
  });

  describe('errors are reported when the Zap is switched on', () => {
    test('switching on fails if the connection names no receiver', async () => {
      authData = { access_token: 'token', receiver_url: receiver.url };
      const failure = await failureOf(subscribe('experience_started', 'zap'));
      expect(failure.text).toContain('lacks the Receiver Key');
      expect(failure.text).toContain('ZAPIER_API_KEY');
    });

    test('switching on fails if an event does not exist', async () => {
      const failure = await failureOf(subscribe('any_experience_event', 'zap', { events: ['Ended'] }));
      expect(failure.text).toContain('“Ended”');
      expect(failure.text).toContain('Experience Ended (endExperience)');
    });

    test('switching on fails if the key is wrong', async () => {
      authData.receiver_key = 'wrong';
      const failure = await failureOf(subscribe('experience_started', 'zap'));
      expect(failure.name).toBe('ExpiredAuthError');
      expect(failure.text).toContain('does not accept the Receiver Key');
    });

    test('switching on fails if the receiver cannot be reached, or is another server', async () => {
      authData.receiver_url = hooks.urlOf('x').replace(/\/hooks.*$/, '');
      expect((await failureOf(subscribe('experience_started', 'zap'))).text).toContain('is not the receiver');
      authData.receiver_url = 'http://127.0.0.1:9';
      expect((await failureOf(subscribe('experience_started', 'zap'))).text).toContain(
        'could not be reached',
      );
      authData.receiver_url = 'http://hooks.example.com';
      expect((await failureOf(subscribe('experience_started', 'zap'))).text).toContain('https://');
    });
  });
});

describe('errors of a proxy in front of the receiver differ from the receiver’s', () => {
  let proxy: FakeOwnApi;

  beforeEach(async () => {
    proxy = await startFakeOwnApi();
    authData = { receiver_url: new URL(proxy.url).origin, receiver_key: KEY };
  });

  afterEach(() => proxy.close());

  test.each([
    [403, {}, 'a proxy or a firewall'],
    [
      301,
      { location: 'https://hooks.example.com/in/zapier/hooks' },
      'redirects to https://hooks.example.com/in. Enter that as the Receiver URL',
    ],
    [
      302,
      { location: 'https://login.example.com/?token=hidden' },
      'redirects to https://login.example.com/ (',
    ],
    [302, { location: 'http://hooks.example.com/zapier/hooks' }, 'Enter the address with https://'],
    [308, { location: '/zapier/hooks/' }, 'Enter the address with https://'],
    [307, {}, 'redirects to an address that is not named'],
    [500, {}, 'Check that it runs'],
    [502, {}, 'Check that it runs'],
  ])('the status %i with %j is explained', async (status, headers, words) => {
    proxy.answer = { status, headers, body: '<html></html>' };
    const failure = await failureOf(subscribe('experience_started', 'zap'));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain(words);
    expect(failure.text).not.toContain('hidden');
    expect(failure.text).toContain(String(status));
  });

  test('a failure is explained in the receiver’s words, if it has any', async () => {
    const body = JSON.stringify({ title: 'Storage unavailable', detail: 'Try again later.' });
    proxy.answer = { status: 503, headers: { 'content-type': 'application/problem+json' }, body };
    const failure = await failureOf(subscribe('experience_started', 'zap'));
    expect(failure.text).toContain('The receiver failed (Storage unavailable: Try again later).');
  });
});

describe('a receiver for one test', () => {
  beforeEach(() => {
    data = temporaryFolder();
  });

  afterEach(removeReceiver);

  async function begin(settings: Record<string, string> = {}): Promise<void> {
    await startReceiver(settings);
    connect();
  }

  test('a subscription survives a restart, and an event accepted before it goes out after it, once', async () => {
    await begin();
    hooks.faults.add({ kind: 'status', status: 503 }, { times: 1000 });
    await subscribe('experience_started', 'zap');
    await post();
    await receiver.printed(/will try again/);
    await receiver.stop();
    hooks.faults.clear();
    await startReceiver();
    await hooks.waitFor(1);
    await post({ id: 'second', name: 'Second' });
    await hooks.waitFor(2);
    expect((await eventsOf('experience_started', 'zap')).map((event) => event.experience_name)).toEqual([
      'Backpack price test',
      'Second',
    ]);
  });

  test('an event whose answer was lost in a crash may be repeated, and runs the Zap once', async () => {
    const crashing = await Receiver.start(settingsWith({}));
    receiver = crashing;
    connect();
    hooks.faults.add({ kind: 'hang', after: true });
    await subscribe('experience_started', 'zap');
    await post();
    await hooks.waitFor(1);
    await crashing.kill();
    await startReceiver();
    await hooks.waitFor(2);
    expect(await eventsOf('experience_started', 'zap')).toHaveLength(1);
  });

  test('a Zap whose URL answers 410 gets nothing more', async () => {
    await begin();
    hooks.switchOff('gone');
    await subscribe('experience_started', 'gone');
    await subscribe('experience_started', 'zap');
    await post();
    await receiver.printed(/subscription ended/);
    await post({ id: 'second' });
    await hooks.waitFor(2);
    expect(receiver.output.match(/subscription ended/g)).toHaveLength(1);
    expect(await unsubscribe('experience_started', await subscribe('experience_started', 'gone'))).toEqual(
      {},
    );
  });

  test('samples are the newest real events, in the form that the Zap will get', async () => {
    await begin();
    const perform = performOf('triggers', 'experience_started', 'performList');
    await subscribe('any_experience_event', 'all');
    for (const id of ['one', 'two', 'three', 'four']) {
      await post({ id, name: id });
    }
    await post({ action: 'endExperience', id: 'five' });
    await hooks.waitFor(5);
    const samples = await run(perform, { authData });
    expect(samples.map(({ experience_name: name }: ZapierEvent) => name)).toEqual(['four', 'three', 'two']);
    const sent = hooks.caught.map(({ content }) => JSON.parse(content));
    expect(sent).toContainEqual(samples[0]);
    const any = performOf('triggers', 'any_experience_event', 'performList');
    const chosen = await run(any, { authData, inputData: { events: ['endExperience', 'startExperience'] } });
    expect(chosen.map(({ action_type: action }: ZapierEvent) => action)).toEqual([
      'endExperience',
      'startExperience',
      'startExperience',
    ]);
  });

  test('samples for a narrow filter are found among many other events', async () => {
    await begin();
    await post({ id: 'wanted', name: 'Free shipping over $75', category: 'personalization' });
    for (let index = 0; index < 60; index += 1) {
      await post({ id: `other ${index}`, name: 'Backpack price test' });
    }
    const perform = performOf('triggers', 'experience_started', 'performList');
    for (const inputData of [
      { name_contains: 'free SHIPPING' },
      { category: 'personalization' },
      { experience_id: 'wanted', experience_type: 'pricing' },
    ]) {
      const samples: ZapierEvent[] = await run(perform, { authData, inputData });
      expect(samples.map(({ experience_id: id }) => id)).toEqual(['wanted']);
    }
  });

  test('a receiver without a key says so', async () => {
    await begin({ ZAPIER_API_KEY: '' });
    const failure = await failureOf(subscribe('experience_started', 'zap'));
    expect(failure.text).toContain('ZAPIER_API_KEY must be set');
  });

  test('the receiver sends events only to allowed hosts', async () => {
    await begin({ ZAPIER_TARGET_HOSTS: '' });
    const failure = await failureOf(subscribe('experience_started', 'zap'));
    expect(failure.text).toContain('events go only to hooks.zapier.com');
  });
});
