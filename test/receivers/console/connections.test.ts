import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { ConnectionsClient } from '../connections/api-client.ts';

const TOKEN = 'the-token-of-the-tests';
const VIEWER_TOKEN = 'the-token-for-reading';

let home: ReturnType<typeof temporaryFolder>;
let receiver: ReceiverHere;
let api: ConnectionsClient;
let own: FakeOwnApi;

beforeEach(async () => {
  home = temporaryFolder();
  own = await startFakeOwnApi();
  receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    CONSOLE_VIEWER_TOKEN: VIEWER_TOKEN,
  });
  api = new ConnectionsClient(receiver.url, TOKEN);
});
afterEach(async () => {
  await receiver.stop();
  await own.close();
  home.remove();
});

/** Logs in; gives a function that sends a form, and one that loads a page, as a browser without scripts does. */
async function visitor(token: string) {
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: receiver.url },
    body: new URLSearchParams({ token }),
  });
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const headers = { cookie, origin: receiver.url };
  return {
    load: (path: string) => fetch(`${receiver.url}/console${path}`, { headers, redirect: 'manual' }),
    send: (path: string, fields: Record<string, string>) =>
      fetch(`${receiver.url}/console${path}`, {
        method: 'POST',
        headers,
        redirect: 'manual',
        body: new URLSearchParams(fields),
      }),
  };
}

async function connectOwnApi(): Promise<{ id: string; version: number }> {
  const values = { url: own.url, allowPrivate: true };
  const { answer } = await api.save({ kind: 'destination', type: 'http', name: 'ours', values });
  return answer.connection.setBy;
}

test('without scripts, a form keeps the version that it was opened with, so it overwrites nobody’s change', async () => {
  const { id, version } = await connectOwnApi();
  const { send } = await visitor(TOKEN);
  const changed = { kind: 'destination', id, version, title: 'Theirs', values: { allowPrivate: true } };
  expect((await api.save(changed)).status).toBe(200);
  const path = `/connections/destination/${id}`;
  let seen = String(version);
  for (const intent of ['check', 'save', 'save']) {
    const answer = await send(path, { version: seen, title: 'Mine', intent });
    expect(answer.status).toBe(200);
    const page = await answer.text();
    expect(page).toContain('Somebody else changed this meanwhile.');
    seen = /name="version" value="(\d+)"/.exec(page)?.[1] ?? '';
    expect(seen).toBe(String(version));
  }
  expect((await api.get('/connections')).destinations).toMatchObject([{ title: 'Theirs' }]);
});

test('with the viewer’s token, the pages of connections change, send and reveal nothing', async () => {
  const { id, version } = await connectOwnApi();
  const { load, send } = await visitor(VIEWER_TOKEN);
  const list = await (await load('/connections')).text();
  expect(list).toContain('ours');
  expect(list).not.toContain(own.url);
  const fields = { version: String(version), title: 'Theirs', 'values.url': own.url };
  for (const [path, further] of [
    [`/connections/destination/${id}`, { intent: 'save' }],
    [`/connections/destination/${id}`, { intent: 'test' }],
    [`/connections/destination/${id}/remove`, { choice: 'dead' }],
    ['/connections/new/destination/http', { intent: 'save' }],
    ['/connections/new/source', { name: 'alpine', intent: 'save' }],
    ['/connections/order', { ids: '' }],
    ['/connections/removed/ours', { choice: 'dead' }],
  ] as const) {
    expect({ path, status: (await send(path, { ...fields, ...further })).status }).toEqual({
      path,
      status: 403,
    });
  }
  expect(own.requests).toEqual([]);
  expect((await api.get('/connections')).version).toBe(1);
});

test('an odd form or address gets a page that says what is wrong, and changes nothing', async () => {
  const { id, version } = await connectOwnApi();
  const { load, send } = await visitor(TOKEN);
  for (const path of [
    '/connections/destination/nobody',
    '/connections/toString/constructor',
    '/connections/new/destination/__proto__',
    '/connections/new/constructor',
    '/connections/changes?before=abc',
    '/connections?sample=constructor',
  ]) {
    expect({ path, status: (await load(path)).status }).not.toMatchObject({ status: 500 });
  }
  for (const [path, fields] of [
    [`/connections/destination/${id}`, { version: 'abc', 'values.url': 'nonsense', intent: 'save' }],
    [
      `/connections/destination/${id}`,
      { version: `${version}`, 'values.__proto__.x': '1', 'values.url': '', 'values.timeoutMs': '-1' },
    ],
    [`/connections/destination/${id}/remove`, { version: 'abc' }],
    [`/connections/destination/${id}/remove`, { version: `${version}`, choice: 'move', to: 'nowhere' }],
    ['/connections/order', { ids: 'x,y', version: 'abc' }],
    ['/connections/removed/nobody', { choice: 'dead' }],
    ['/connections/new/source', { name: '../../x', intent: 'save' }],
    ['/connections/new/route', { name: 'r', 'values.to': 'nowhere', intent: 'save' }],
  ] as const) {
    const { status } = await send(path, fields);
    expect({ path, fields, status }).not.toMatchObject({ status: 500 });
  }
  expect((await api.get('/connections')).version).toBe(1);
});
