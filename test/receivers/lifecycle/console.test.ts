import { afterEach, expect, test } from '@jest/globals';
import { until } from '../../fixtures/until.ts';
import { type Stage, setStage } from '../intelligems/stage.ts';
import { actions, replyWith } from './alarmed.ts';

const TOKEN = 'the-token-of-the-tests';
const VIEWER = 'the-token-that-only-reads';

let stage: Stage;

afterEach(async () => {
  await stage.close();
});

/** A receiver with a running experience; gives its path in the console. */
async function started(changes: Record<string, string> = {}): Promise<{ id: string; path: string }> {
  stage = await setStage();
  await stage.start({ CONSOLE_TOKEN: TOKEN, CONSOLE_VIEWER_TOKEN: VIEWER, ...changes });
  const { id } = stage.intelligems.create({ name: 'Backpack price test' });
  stage.intelligems.act(id, 'start');
  await stage.post();
  return { id, path: `/console/experiences/${id}` };
}

async function signIn(token: string): Promise<string> {
  const { url } = stage.receiver;
  const login = await fetch(`${url}/console/login`, {
    method: 'POST',
    body: new URLSearchParams({ token }),
    headers: { origin: url },
    redirect: 'manual',
  });
  return login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

async function page(path: string, cookie: string): Promise<string> {
  const response = await fetch(`${stage.receiver.url}${path}`, { headers: { cookie } });
  return (await response.text()).replace(/^.*<main/s, '').replaceAll(/\s+/g, ' ');
}

function submit(path: string, html: string, cookie: string, origin = stage.receiver.url): Promise<Response> {
  const hidden = [...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
  return fetch(`${stage.receiver.url}${path}`, {
    method: 'POST',
    headers: { cookie, origin },
    body: new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, value])),
    redirect: 'manual',
  });
}

test('the console pauses and resumes after a page that says what that does', async () => {
  const { id, path } = await started();
  const cookie = await signIn(TOKEN);
  expect(await page(path, cookie)).toContain(`${path}/pause?source=default`);
  const confirm = await page(`${path}/pause?source=default`, cookie);
  expect(confirm).toContain('Intelligems stops showing it to visitors until someone resumes it.');
  const form = await submit(`${path}/pause`, confirm, cookie);
  expect(form.status).toBe(303);
  await replyWith(stage, 'paused in the console');
  expect(stage.intelligems.experience(id).status).toBe('paused');
  // The same form again, as when a page is reloaded.
  expect((await submit(`${path}/pause`, confirm, cookie)).status).toBe(409);
  await stage.post();
  await replyWith(stage, 'was paused');
  const after = await until(
    () => page(path, cookie),
    (html) => html.includes(`${path}/resume`),
  );
  expect(after).toContain('Paused, requested <bdi>in the console</bdi>');
  await submit(`${path}/resume`, await page(`${path}/resume?source=default`, cookie), cookie);
  await replyWith(stage, 'resumed in the console');
  expect(actions(stage)).toEqual(['pause', 'start']);
});

test('who may only read, another site, and nobody at all can pause nothing', async () => {
  const { path } = await started();
  const editor = await signIn(TOKEN);
  const viewer = await signIn(VIEWER);
  const confirm = await page(`${path}/pause?source=default`, editor);
  expect(await page(path, viewer)).not.toContain(`${path}/pause`);
  expect((await submit(`${path}/pause`, confirm, viewer)).status).toBe(403);
  expect((await submit(`${path}/pause`, confirm, editor, 'https://elsewhere.example')).status).toBe(403);
  expect((await submit(`${path}/pause`, confirm, '')).status).toBe(401);
  expect(actions(stage)).toEqual([]);
});

test('the API requests a pause, and the experience says what came of it', async () => {
  const { id } = await started();
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${stage.receiver.url}/console/api/experiences/${id}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  expect(await call('POST', '/resume', { source: 'default' })).toMatchObject({ state: 'refused' });
  expect(await call('POST', '/pause', { source: 'another' })).toMatchObject({ status: 404 });
  expect(await call('GET', '')).toMatchObject({ lifecycle: { offer: 'pause', settled: [] } });
  expect(await call('POST', '/pause', { source: 'default' })).toMatchObject({ state: 'accepted' });
  await until(
    () => call('GET', ''),
    (story) =>
      (story as { lifecycle: { settled: { outcome: string }[] } }).lifecycle.settled[0]?.outcome === 'done',
  );
  expect(actions(stage)).toEqual(['pause']);
});

test('without an access token, nothing is offered', async () => {
  const { path } = await started({ INTELLIGEMS_ACCESS_TOKEN: '' });
  const cookie = await signIn(TOKEN);
  expect(await page(path, cookie)).not.toContain('Pause and resume');
  const confirm = await page(`${path}/pause?source=default`, cookie);
  expect(confirm).toContain('This is not possible now.');
  expect((await submit(`${path}/pause`, confirm, cookie)).status).toBe(409);
});
