import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../fakes/own-api.ts';
import { sampleBody, samplePayload } from '../fixtures/messages.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';
import { app, connectTo, failureOf, run } from './zap.ts';

const KEY = 'a key for the Zapier app';

let fake: FakeIntelligems;
let authData: Record<string, string>;

beforeEach(async () => {
  fake = await startFakeIntelligems({ token: 'a-token-of-some-length' });
  authData = connectTo(fake);
});

afterEach(() => fake.close());

// biome-ignore lint/suspicious/noExplicitAny: the definition also allows a request instead of a function.
const connect = app.authentication?.test as any;

async function labelOf(fields: Record<string, string> = {}): Promise<string> {
  return (await run<{ label: string }>(connect, { authData: { ...authData, ...fields } })).label;
}

test('the connection test makes a real call, and its label contains no part of the token', async () => {
  const label = await labelOf();
  expect(label).not.toMatch(/gth|token/i);
  expect(fake.requests).toHaveLength(1);
  fake.create();
  expect(await labelOf()).toContain(fake.organization.id);
});

test('a wrong token fails the connection test', async () => {
  const failure = await failureOf(run(connect, { authData: { access_token: 'wrong' } }));
  expect(failure.text).toContain('does not accept the access token');
});

describe('with a receiver of one source', () => {
  let receiver: ReceiverHere;
  let all: Record<string, string>;
  const data = temporaryFolder();

  beforeEach(async () => {
    receiver = await ReceiverHere.start({ DATA_DIR: data.folder, ZAPIER_API_KEY: KEY });
    all = { receiver_url: receiver.url, receiver_key: KEY };
  });

  afterEach(async () => {
    await receiver.stop();
    data.remove();
  });

  test('the label is the name of the organization, and another organization’s token is refused', async () => {
    expect(await labelOf(all)).toBe('Intelligems');
    const organization = { id: 'another', name: 'Another Store' };
    await receiver.post(JSON.stringify({ ...samplePayload('start'), organization }));
    expect(await labelOf(all)).toBe('Another Store');
    fake.create();
    const failure = await failureOf(labelOf(all));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain(`belongs to the organization ${fake.organization.id}`);
    expect(failure.text).toContain('It serves Another Store (another)');
    await receiver.post(sampleBody('start'));
    expect(await labelOf(all)).toBe('Alpine Goods');
    expect((await failureOf(labelOf({ ...all, receiver_key: 'wrong' }))).text).toContain(
      'does not accept the Receiver Key',
    );
    for (const path of ['/', '/console', '/console/set-up?tab=1#x', '/webhooks/intelligems', '/zapier/']) {
      expect(await labelOf({ ...all, receiver_url: ` ${receiver.url}${path}\u200b` })).toBe('Alpine Goods');
    }
  });
});

describe('credentials that cannot be right are refused before a request', () => {
  test.each([
    ['access_token', 'abc\u201cdef', 'Intelligems Access Token'],
    ['access_token', 'abc\ndef', 'Intelligems Access Token'],
    ['access_token', 'abc\u200bdef', 'Intelligems Access Token'],
    ['access_token', ' \u200b', 'Intelligems Access Token'],
    ['receiver_key', 'secret\u2019key', 'Receiver Key'],
    ['receiver_key', 'secret\r\nkey', 'Receiver Key'],
    ['receiver_url', 'http://hooks.example.com', 'Receiver URL'],
    ['receiver_url', 'https://me:secret@hooks.example.com', 'Receiver URL'],
    ['receiver_url', '“https://hooks.example.com”', 'Receiver URL'],
  ])('the field with %s %j is named, and its value is not shown', async (field, value, label) => {
    const whole = { receiver_url: 'https://hooks.example.com', receiver_key: 'secret key', [field]: value };
    const failure = await failureOf(labelOf(whole));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain(label);
    expect(failure.text).not.toMatch(/abc|def|secret/);
    expect(fake.requests).toEqual([]);
  });

  test('a connection with only one of the receiver’s fields says which one is missing', async () => {
    expect((await failureOf(labelOf({ receiver_key: KEY }))).text).toContain('lacks the Receiver URL');
    expect((await failureOf(labelOf({ receiver_url: 'https://x.example' }))).text).toContain(
      'lacks the Receiver Key',
    );
    expect(fake.requests).toEqual([]);
  });

  test('invisible characters and spaces around a token do not matter', async () => {
    expect(await labelOf({ access_token: `\ufeff ${fake.token}\u200b\n` })).toBe('Intelligems');
  });
});

describe('a proxy in front of the receiver', () => {
  let proxy: FakeOwnApi;

  beforeEach(async () => {
    proxy = await startFakeOwnApi();
  });

  afterEach(() => proxy.close());

  test.each([
    [401, 'text/html', '<h1>Sign in</h1>'],
    [401, 'application/json', '{"error":"Unauthorized"}'],
    [403, 'text/html', '<h1>Forbidden</h1>'],
  ])('the proxy’s own %i (%s) does not ask to reconnect', async (status, type, body) => {
    proxy.answer = { status, headers: { 'content-type': type }, body };
    const receiver = { receiver_url: new URL(proxy.url).origin, receiver_key: KEY };
    const failure = await failureOf(labelOf(receiver));
    expect(failure.name).toBe('AppError');
    expect(failure.text).toContain('in front of the receiver');
  });
});
