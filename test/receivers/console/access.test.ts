import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampleBody } from '../../fixtures/messages.ts';
import { postSigned, Receiver, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'the-token-of-the-tests';
const VIEWER_TOKEN = 'the-token-for-reading';

/** Posts a form as a browser does, from the console's own pages unless told. */
function postForm(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { origin: new URL(url).origin, ...headers },
    redirect: 'manual',
  });
}

/** A request with headers that `fetch` does not let through; gives the status and the headers. */
function rawGet(url: string, headers: Record<string, string>) {
  return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    httpRequest(url, { headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    })
      .on('error', reject)
      .end();
  });
}

describe('the door of the console', () => {
  const home = temporaryFolder();
  let receiver: ReceiverHere;

  beforeAll(async () => {
    receiver = await ReceiverHere.start({
      DATA_DIR: home.folder,
      CONSOLE_TOKEN: TOKEN,
      CONSOLE_VIEWER_TOKEN: VIEWER_TOKEN,
    });
  });
  afterAll(async () => {
    await receiver?.stop();
    home.remove();
  });

  async function cookieFor(token: string): Promise<string> {
    const response = await postForm(`${receiver.url}/console/login`, { token });
    return response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  test('nothing but the door and its files is open', async () => {
    for (const path of ['', '/set-up', '/events', '/events/x', '/dead-letters', '/nowhere']) {
      const response = await fetch(`${receiver.url}/console${path}`, { redirect: 'manual' });
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toBe(
        `/console/login?next=${encodeURIComponent(`/console${path}`)}`,
      );
    }
    expect((await fetch(`${receiver.url}/console/live`)).status).toBe(401);
    expect((await fetch(`${receiver.url}/console/api/events`)).status).toBe(401);
    expect((await fetch(`${receiver.url}/console/api/openapi.json`)).status).toBe(200);
  });

  test('the right token opens it with a cookie that scripts, other sites and other paths do not get', async () => {
    const response = await postForm(`${receiver.url}/console/login`, {
      token: TOKEN,
      next: '/console/events?action=startExperience',
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/console/events?action=startExperience');
    const [cookie = ''] = response.headers.getSetCookie();
    expect(cookie).toMatch(/; Path=\/console; .*HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain('Secure');
    const secure = await postForm(
      `${receiver.url}/console/login`,
      { token: TOKEN },
      { 'x-forwarded-proto': 'https' },
    );
    expect(secure.headers.getSetCookie()[0]).toContain('; Secure');
    const page = await fetch(`${receiver.url}/console`, { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(page.status).toBe(200);
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/console/../readyz',
    '/metrics',
    '/console\r\nx: y',
  ])('the door leads nowhere else: %j', async (next) => {
    const response = await postForm(`${receiver.url}/console/login`, { token: TOKEN, next });
    expect(response.headers.get('location')).toBe('/console');
  });

  test('a session that was made up, changed or has ended opens nothing', async () => {
    const real = await cookieFor(VIEWER_TOKEN);
    for (const cookie of [
      real.replace('viewer', 'editor'),
      `${real}x`,
      'intelligems_console=editor.9999999999999.',
      real.replace(/\.\d+\./, '.9999999999999.'),
    ]) {
      const response = await fetch(`${receiver.url}/console`, { headers: { cookie }, redirect: 'manual' });
      expect(response.status).toBe(303);
    }
  });

  test('a form from another site is refused, with a cookie or without', async () => {
    const cookie = await cookieFor(TOKEN);
    const foreign = { cookie, origin: 'https://evil.example' };
    expect((await postForm(`${receiver.url}/console/test`, {}, foreign)).status).toBe(403);
    expect(
      (
        await postForm(
          `${receiver.url}/console/test`,
          {},
          { cookie, origin: receiver.url, 'sec-fetch-site': 'cross-site' },
        )
      ).status,
    ).toBe(403);
    expect(
      (await postForm(`${receiver.url}/console/login`, { token: TOKEN }, { origin: 'null' })).status,
    ).toBe(403);
    const api = await fetch(`${receiver.url}/console/api/test`, {
      method: 'POST',
      headers: { ...foreign, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(api.status).toBe(401);
    const { events } = (await (
      await fetch(`${receiver.url}/console/api/events`, { headers: { cookie } })
    ).json()) as { events: unknown[] };
    expect(events).toEqual([]);
  });

  test('the token for reading reads, and changes nothing', async () => {
    const cookie = await cookieFor(VIEWER_TOKEN);
    expect((await fetch(`${receiver.url}/console/set-up`, { headers: { cookie } })).status).toBe(200);
    expect((await postForm(`${receiver.url}/console/test`, {}, { cookie })).status).toBe(403);
    const api = await fetch(`${receiver.url}/console/api/test`, {
      method: 'POST',
      headers: { authorization: `Bearer ${VIEWER_TOKEN}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(api.status).toBe(403);
    expect(api.headers.get('content-type')).toContain('application/problem+json');
  });

  test('leaving ends the session in the browser', async () => {
    const cookie = await cookieFor(TOKEN);
    const response = await postForm(`${receiver.url}/console/leave`, {}, { cookie });
    expect(response.headers.getSetCookie()[0]).toMatch(/^intelligems_console=; .*Expires=Thu, 01 Jan 1970/);
  });

  test('a link from elsewhere, which comes without the strict cookie, goes on by itself', async () => {
    const { status, headers } = await rawGet(`${receiver.url}/console/events/evt_1`, {
      'sec-fetch-site': 'cross-site',
    });
    expect(status).toBe(200);
    expect(headers.refresh).toBe('0; url=/console/events/evt_1');
    const broken = await rawGet(`${receiver.url}/console/events/%`, { 'sec-fetch-site': 'cross-site' });
    expect(broken.headers.refresh).toBe('0; url=/console/events/%');
  });

  test('pages allow no script, style or frame but their own, and are kept by nobody', async () => {
    const response = await fetch(`${receiver.url}/console`, { headers: { cookie: await cookieFor(TOKEN) } });
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const page = await response.text();
    expect(page).not.toMatch(/<script(?![^>]* src="\/console\/)/);
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|(src|href)="https?:/);
  });

  test('no page shows a secret or a token in full', async () => {
    const cookie = await cookieFor(TOKEN);
    await receiver.post(sampleBody('start'));
    const { events } = (await (
      await fetch(`${receiver.url}/console/api/events`, { headers: { cookie } })
    ).json()) as { events: { key: string }[] };
    for (const path of [
      '',
      '/set-up',
      '/events',
      `/events/${events[0]?.key}`,
      '/refused',
      '/api/refused',
      '/api/destinations',
    ]) {
      const text = await (await fetch(`${receiver.url}/console${path}`, { headers: { cookie } })).text();
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain(VIEWER_TOKEN);
    }
  });

  // The last, because this address has to wait from then on.
  test('wrong tokens are counted, and too many wait', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      const forged = { 'x-forwarded-for': `203.0.113.${tries}` };
      const answer = await postForm(`${receiver.url}/console/login`, { token: `wrong-${tries}` }, forged);
      statuses.push(answer.status);
    }
    expect(statuses.slice(0, 7)).toEqual(Array(7).fill(401));
    expect(statuses.at(-1)).toBe(429);
    const right = await postForm(`${receiver.url}/console/login`, { token: TOKEN });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(500);
    const program = await fetch(`${receiver.url}/console/api/events`, {
      headers: { authorization: 'Bearer wrong' },
    });
    expect(program.status).toBe(429);
  });
});

test('behind a proxy, wrong tokens and refused requests count for where they come from', async () => {
  const home = temporaryFolder();
  const receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    TRUSTED_PROXIES: '1',
    LOG_LEVEL: 'silent',
  });
  const login = async (token: string, forwarded: string): Promise<number> =>
    (await postForm(`${receiver.url}/console/login`, { token }, { 'x-forwarded-for': forwarded })).status;
  for (let tries = 0; tries < 8; tries += 1) {
    await login('wrong', `198.51.100.${tries}, 203.0.113.1`);
  }
  expect(await login(TOKEN, '203.0.113.1')).toBe(429);
  expect(await login(TOKEN, '203.0.113.1, 2001:db8::2')).toBe(303);
  expect(await login(TOKEN, 'unknown')).toBe(303);

  await postSigned(receiver.url, '{}', { secret: 'another', headers: { 'x-forwarded-for': '203.0.113.9' } });
  const refused = await fetch(`${receiver.url}/console/api/refused`, {
    headers: { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.3' },
  });
  expect(await refused.json()).toMatchObject({ refused: [{ address: '203.0.113.9' }] });
  await receiver.stop();
  home.remove();
});

test('PUBLIC_URL with https makes the cookie Secure, even if a proxy rewrites the Host header', async () => {
  const home = temporaryFolder();
  const receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    CONSOLE_TOKEN: TOKEN,
    PUBLIC_URL: 'https://webhooks.example.com',
    LOG_LEVEL: 'silent',
  });
  const login = await postForm(
    `${receiver.url}/console/login`,
    { token: TOKEN },
    { origin: 'https://webhooks.example.com' },
  );
  expect(login.status).toBe(303);
  expect(login.headers.getSetCookie()[0]).toContain('; Secure');
  await receiver.stop();
  home.remove();
});

describe('the first start', () => {
  const home = temporaryFolder();
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await Receiver.start({ DATA_DIR: home.folder });
  });
  afterAll(async () => {
    await receiver?.stop();
    home.remove();
  });

  test('shows a link with the token once, in five lines, and never again', async () => {
    const [, url, token = ''] =
      /(http:\S+\/console\/login)#([0-9a-f]{64})/.exec(
        (await receiver.printed(/#[0-9a-f]{64}.*\n/)) && receiver.output,
      ) ?? [];
    expect(readFileSync(join(home.folder, 'console-token'), 'utf8').trim()).toBe(token);
    expect(receiver.output.split('\n').findIndex((line) => line.includes(token))).toBeLessThan(5);
    expect((await postForm(url as string, { token })).status).toBe(303);
    await receiver.stop();
    receiver = await Receiver.start({ DATA_DIR: home.folder });
    await receiver.printed(/\/console \(token in .*console-token\)\n/);
    expect(receiver.output).not.toContain(token);
    expect((await postForm(`${receiver.url}/console/login`, { token })).status).toBe(303);
  });
});
