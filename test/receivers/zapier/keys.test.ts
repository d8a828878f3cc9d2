import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Configuration } from '../../../receivers/config/configuration.ts';
import { loadConfiguration } from '../../../receivers/config/load.ts';
import { withZapierOperations, type ZapierOperations } from '../../../receivers/operations/zapier.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeZapierHooks, startFakeZapierHooks } from '../../fakes/zapier-hooks.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { postSigned, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const API_KEY = 'a key of the settings';
const CONSOLE_TOKEN = 'a-token-for-the-console';
const CONSOLE_VIEWER_TOKEN = 'a-token-only-to-read';
const ALPINE = { id: 'org-alpine', name: 'Alpine Goods', shopId: 'alpine-goods.myshopify.com' };
const BIKES = { id: 'org-bikes', name: 'City Bikes', shopId: 'city-bikes.myshopify.com' };

const RECEIVERS = `
sources:
  - name: alpine
    title: Alpine Goods
    secrets: alpine-secret
    organizationId: ${ALPINE.id}
  - name: bikes
    title: City Bikes
    secrets: bikes-secret
    organizationId: ${BIKES.id}
`;

let receiver: ReceiverHere;
let hooks: FakeZapierHooks;
let api: FakeOwnApi;
let configuration: Configuration;
let settings: Record<string, string>;
const data = temporaryFolder();

beforeAll(async () => {
  [hooks, api] = await Promise.all([startFakeZapierHooks(), startFakeOwnApi()]);
  const file = join(data.folder, 'receivers.yaml');
  writeFileSync(file, RECEIVERS);
  settings = {
    DATA_DIR: data.folder,
    CONFIG_FILE: file,
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    ZAPIER_API_KEY: API_KEY,
    ZAPIER_TARGET_HOSTS: '127.0.0.1',
    CONSOLE_TOKEN,
    CONSOLE_VIEWER_TOKEN,
    INTELLIGEMS_WEBHOOK_SECRET: '',
  };
  const loaded = loadConfiguration({ environment: settings });
  if (!loaded.ok) {
    throw new Error(JSON.stringify(loaded.faults));
  }
  configuration = loaded.configuration;
  receiver = await ReceiverHere.start(settings);
});

afterAll(async () => {
  await receiver.stop();
  await Promise.all([hooks.close(), api.close()]);
  data.remove();
});

beforeEach(() => {
  hooks.caught.length = 0;
});

/** What a person does while the receiver runs. */
function administer<Result>(work: (operations: ZapierOperations) => Promise<Result>): Promise<Result> {
  return withZapierOperations(configuration, work);
}

function makeKey(source: string): Promise<{ key: string; id: string }> {
  return administer(async (operations) => {
    const made = await operations.makeKey(source, 'Maya');
    return { key: String(made?.key), id: String(made?.made.id) };
  });
}

function call(key: string, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${receiver.url}/zapier/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function subscribe(key: string, zap: string, fields: object = {}): Promise<string> {
  const body = { targetUrl: hooks.urlOf(zap), actions: [], trigger: 'experience_started', zap, ...fields };
  const response = await call(key, 'POST', 'hooks', body);
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

let posted = 0;

async function post(source: 'alpine' | 'bikes', organization = source === 'alpine' ? ALPINE : BIKES) {
  posted += 1;
  const payload = samplePayload('start');
  const experience = { ...payload.experience, id: `experience-${posted}`, organizationId: organization.id };
  const body = JSON.stringify({ ...payload, experience, organization });
  const path = `/webhooks/intelligems/${source}`;
  const response = await postSigned(receiver.url, body, { path, secret: `${source}-secret` });
  expect(response.status).toBe(200);
}

describe('a key for a source', () => {
  test('a key gets the events of its source only, as events and as samples', async () => {
    const { key } = await makeKey('alpine');
    await subscribe(key, 'of-alpine');
    await subscribe((await makeKey('bikes')).key, 'of-bikes');
    await post('bikes');
    await post('alpine');
    await hooks.waitFor(1, 'of-alpine');
    await hooks.waitFor(1, 'of-bikes');
    const organizations = (zap: string) =>
      hooks.of(zap).map(({ content }) => JSON.parse(content).organization_name);
    expect(organizations('of-alpine')).toEqual(['Alpine Goods']);
    expect(organizations('of-bikes')).toEqual(['City Bikes']);
    const samples = (await (await call(key, 'GET', 'events?limit=100')).json()) as { store: string }[];
    expect(new Set(samples.map(({ store }) => store))).toEqual(new Set([ALPINE.shopId]));
  });

  test('a key names its store, and refuses the access token of another organization', async () => {
    const { key } = await makeKey('alpine');
    const own = await call(key, 'GET', `connection?organization=${ALPINE.id}`);
    expect(await own.json()).toMatchObject({ source: 'alpine', title: 'Alpine Goods' });
    const other = await call(key, 'GET', `connection?organization=${BIKES.id}`);
    expect(other.status).toBe(403);
    const { detail } = (await other.json()) as { detail: string };
    expect(detail).toContain('does not serve');
    expect(detail).not.toContain('City Bikes');
  });

  test('a key is stored as a hash, and listed with its last use', async () => {
    const { key, id } = await makeKey('bikes');
    const find = () =>
      administer(async (operations) => (await operations.keys()).find((each) => each.id === id));
    expect(await find()).toMatchObject({ source: 'bikes', name: 'Maya', lastUsedAt: null });
    await call(key, 'GET', 'connection');
    expect((await find())?.lastUsedAt).toEqual(expect.any(Number));
    expect(JSON.stringify(await find())).not.toContain(key);
    const { ledger } = await import('node:fs').then(({ readFileSync, readdirSync }) => ({
      ledger: readdirSync(data.folder)
        .filter((name) => name.startsWith('ledger'))
        .map((name) => readFileSync(join(data.folder, name)).toString('latin1'))
        .join(''),
    }));
    expect(ledger).toContain(id);
    expect(ledger).not.toContain(key);
  });

  test('revoking a key ends its subscriptions, and not those of other keys', async () => {
    const { key, id } = await makeKey('alpine');
    await subscribe(key, 'revoked');
    await subscribe((await makeKey('alpine')).key, 'kept');
    expect(await administer((operations) => operations.revokeKey(id))).toBe(1);
    await post('alpine');
    await hooks.waitFor(1, 'kept');
    expect(hooks.of('revoked')).toEqual([]);
    expect((await call(key, 'GET', 'events')).status).toBe(401);
    expect(await administer((operations) => operations.revokeKey(id))).toBeNull();
  });
});

describe('the key in the settings, for a receiver of several stores', () => {
  test('the key in the settings reaches the store of the connection’s organization', async () => {
    await subscribe(API_KEY, 'with-bikes', { organization: BIKES.id });
    await subscribe(API_KEY, 'with-alpine', { organization: ALPINE.id });
    await post('alpine');
    await hooks.waitFor(1, 'with-alpine');
    await post('bikes');
    await hooks.waitFor(1, 'with-bikes');
    expect(hooks.of('with-alpine')).toHaveLength(1);
  });

  test('the key in the settings reaches nothing without an organization, or with one that is not served', async () => {
    const path = 'connection';
    expect((await call(API_KEY, 'GET', path)).status).toBe(409);
    const third = await call(API_KEY, 'GET', `${path}?organization=a-third`);
    expect(third.status).toBe(403);
    expect(((await third.json()) as { detail: string }).detail).toContain('Alpine Goods');
    const targetUrl = hooks.urlOf('third');
    expect((await call(API_KEY, 'POST', 'hooks', { targetUrl, actions: [] })).status).toBe(409);
  });
});

test('an event that names another store’s organization reaches no Zap of either store', async () => {
  await subscribe(API_KEY, 'victim', { organization: BIKES.id });
  await subscribe(API_KEY, 'witness', { organization: ALPINE.id });
  await post('alpine', BIKES);
  await post('alpine');
  await hooks.waitFor(1, 'witness');
  expect(hooks.of('witness')).toHaveLength(1);
  expect(hooks.of('victim')).toEqual([]);
});

test('Zaps are listed with their filters and their last event, and can be ended', async () => {
  const { key, id: keyId } = await makeKey('alpine');
  const id = await subscribe(key, 'listed', {
    filters: { experienceType: 'Price', nameContains: 'backpack' },
  });
  await post('alpine');
  await hooks.waitFor(1, 'listed');
  const find = () => administer(async (operations) => (await operations.zaps()).find((zap) => zap.id === id));
  while (((await find())?.lastEventAt ?? null) === null) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await find()).toMatchObject({
    zap: 'listed',
    trigger: 'experience_started',
    source: 'alpine',
    filters: ['Price', 'name contains “backpack”'],
    keyId,
    lastEventAt: expect.any(Number),
  });
  expect(JSON.stringify(await find())).not.toContain('/hooks/');
  expect(await administer((operations) => operations.endZap(id))).toBe(true);
  expect(await find()).toBeUndefined();
});

test('the command makes a key while the receiver runs, and shows it once', async () => {
  const made = await runCommandHere(['zapier-keys', 'make', 'alpine', '--name', 'Jonas'], settings);
  const [key = ''] = made.stdout.split('\n');
  expect(key).toMatch(/^izk_/);
  expect((await call(key, 'GET', 'connection')).status).toBe(200);
  const listed = await runCommandHere(['zapier-keys'], settings);
  expect(listed.stdout).toContain('Jonas');
  expect(listed.stdout).not.toContain(key);
  const unknown = await runCommandHere(['zapier-keys', 'make', 'nobody'], settings);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('alpine, bikes') });
});

/** Signs in to the console; gives what requests its pages. */
async function signedIn(token: string) {
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    headers: { origin: receiver.url },
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  });
  const cookie = String(login.headers.get('set-cookie')).split(';')[0] ?? '';
  return (path: string, form?: Record<string, string>) =>
    fetch(`${receiver.url}/console/${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie, origin: receiver.url },
      body: form === undefined ? undefined : new URLSearchParams(form),
    });
}

test('the console makes a key and shows it once, lists Zaps, and revokes', async () => {
  const page = await signedIn(CONSOLE_TOKEN);
  const made = await (await page('zapier/keys', { source: 'alpine', name: '<b>Ada</b>' })).text();
  const [key = ''] = /izk_[\w-]+/.exec(made) ?? [];
  await subscribe(key, 'in-console');
  const listed = await (await page('zapier')).text();
  expect(listed).not.toContain(key);
  expect(listed).toContain('&lt;b&gt;Ada&lt;/b&gt;');
  expect(listed).toContain('in-console');
  const id = (await administer((operations) => operations.keys()))[0]?.id;
  const revoked = await (await page(`zapier/keys/${id}/revoke`, {})).text();
  expect(revoked).toContain('The key is revoked');
  expect(revoked).not.toContain('in-console');
  expect((await call(key, 'GET', 'connection')).status).toBe(401);
});

test('a user who may only read the console cannot make or revoke keys', async () => {
  const page = await signedIn(CONSOLE_VIEWER_TOKEN);
  expect(await (await page('zapier')).text()).not.toContain('Make a key');
  expect((await page('zapier/keys', { source: 'alpine' })).status).toBe(403);
});

describe('a changed ZAPIER_API_KEY', () => {
  test('changing ZAPIER_API_KEY ends the subscriptions of the earlier key', async () => {
    await subscribe(API_KEY, 'earlier', { organization: ALPINE.id });
    await receiver.stop();
    receiver = await ReceiverHere.start({ ...settings, ZAPIER_API_KEY: 'another key of the settings' });
    await subscribe('another key of the settings', 'newer', { organization: ALPINE.id });
    await post('alpine');
    await hooks.waitFor(1, 'newer');
    expect(hooks.of('earlier')).toEqual([]);
  });
});

test('a receiver without any key says so, until the first key is made', async () => {
  await receiver.stop();
  const own = temporaryFolder();
  const without = { ...settings, DATA_DIR: own.folder, ZAPIER_API_KEY: '' };
  receiver = await ReceiverHere.start(without);
  expect((await call('any', 'GET', 'events')).status).toBe(404);
  const loaded = loadConfiguration({ environment: without });
  const made = await withZapierOperations(
    (loaded as { configuration: Configuration }).configuration,
    (operations) => operations.makeKey('alpine', ''),
  );
  await subscribe(String(made?.key), 'first');
  await post('alpine');
  await hooks.waitFor(1, 'first');
  own.remove();
});
