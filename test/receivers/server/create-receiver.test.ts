import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import express, { type Express } from 'express';
import { createReceiver } from '../../../receivers/server/create-receiver.ts';
import type { EmbeddedReceiver } from '../../../receivers/server/embedded.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { postSigned, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { until } from '../../fixtures/until.ts';

const TOKEN = 'a-token-for-the-console';
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

/** An Express application of somebody else, on a free port. */
async function listening(app: Express): Promise<string> {
  const server: Server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Started {
  receiver: EmbeddedReceiver;
  api: FakeOwnApi;
  log: string[];
}

async function start(settings: Record<string, string> = {}): Promise<Started> {
  const data = temporaryFolder();
  const api = await startFakeOwnApi();
  const log: string[] = [];
  closing.push(data.remove, () => api.close());
  const receiver = await createReceiver({
    environment: {
      DATA_DIR: data.folder,
      INTELLIGEMS_WEBHOOK_SECRET: SECRET,
      CONSOLE_TOKEN: TOKEN,
      FORWARD_URL: api.url,
      FORWARD_ALLOW_PRIVATE: 'true',
      ...settings,
    },
    folder: data.folder,
    log: { write: (line) => log.push(line) },
  });
  closing.push(() => receiver.stop());
  return { receiver, api, log };
}

const body = (id: string): string => {
  const payload = samplePayload('start');
  return JSON.stringify({ ...payload, experience: { ...payload.experience, id } });
};

test('a receiver in an Express application accepts a webhook under a path of the application and delivers it', async () => {
  const { receiver, api } = await start();
  const app = express();
  app.use('/hooks', receiver.router);
  app.use(express.json());
  app.post('/orders', (request, response) => void response.json(request.body));
  const url = await listening(app);
  const accepted = await postSigned(url, body('mounted'), { path: '/hooks/webhooks/intelligems' });
  expect([accepted.status, await accepted.json()]).toMatchObject([200, { status: 'accepted' }]);
  const forged = await postSigned(url, body('forged'), {
    path: '/hooks/webhooks/intelligems',
    secret: 'wrong',
  });
  expect(forged.status).toBe(401);
  await until(
    () => api.requests.length,
    (requests) => requests === 1,
  );
  const order = await fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"own":true}',
  });
  expect(await order.json()).toEqual({ own: true });
  expect((await fetch(`${url}/hooks/nothing`)).status).toBe(404);
  expect(await (await fetch(`${url}/hooks/readyz`)).json()).toMatchObject({ status: 'ready' });
});

test('the console of a mounted receiver stays below its path: links, forms, redirects, cookie and files', async () => {
  const { receiver } = await start();
  const app = express();
  app.use('/hooks', receiver.router);
  const url = await listening(app);
  const closed = await fetch(`${url}/hooks/console/events`, { redirect: 'manual' });
  expect(closed.headers.get('location')).toBe('/hooks/console/login?next=%2Fconsole%2Fevents');
  const login = await fetch(`${url}/hooks/console/login`, {
    method: 'POST',
    headers: { origin: url },
    body: new URLSearchParams({ token: TOKEN, next: '/console/events' }),
    redirect: 'manual',
  });
  expect([login.status, login.headers.get('location')]).toEqual([303, '/hooks/console/events']);
  const cookie = String(login.headers.get('set-cookie'));
  expect(cookie).toMatch(/; Path=\/hooks\/console;/);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  for (const path of ['', '/events', '/set-up']) {
    const page = await (await fetch(`${url}/hooks/console${path}`, { headers })).text();
    const addresses = [...page.matchAll(/ (?:href|src|action|data-chart)="(\/[^"]*)"/g)].map(([, to]) => to);
    expect(addresses.length).toBeGreaterThan(5);
    expect(addresses.filter((to) => !to?.startsWith('/hooks/console'))).toEqual([]);
    for (const asset of addresses.filter((to) => to?.includes('/assets/'))) {
      expect((await fetch(`${url}${asset}`)).status).toBe(200);
    }
  }
  const setUp = await (await fetch(`${url}/hooks/console/set-up`, { headers })).text();
  expect(setUp).toContain(`${url}/hooks/webhooks/intelligems`);
  const described = await (await fetch(`${url}/hooks/console/api/openapi.json`)).json();
  expect(described).toMatchObject({ servers: [{ url: '/hooks/console/api' }] });
});

test('a body parser before the receiver is refused with the reason, and nothing is stored', async () => {
  const { receiver, log } = await start();
  const app = express();
  app.use(express.json());
  app.use(receiver.router);
  const url = await listening(app);
  const refused = await postSigned(url, body('parsed'));
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('before express.json()') });
  expect(log.join('')).toContain('before express.json()');
});

test('a stop waits for requests in progress, and refuses later ones so that they are sent again', async () => {
  const { receiver } = await start();
  const app = express();
  app.use(receiver.router);
  const url = await listening(app);
  const answers = Promise.all(
    Array.from({ length: 20 }, (_, index) => postSigned(url, body(`stop-${index}`))),
  );
  const stopping = receiver.stop();
  const statuses = (await answers).map(({ status }) => status);
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await stopping;
  expect((await postSigned(url, body('late'))).status).toBe(503);
});

test('wrong settings reject with all their names, and the same data folder can be used after that', async () => {
  const data = temporaryFolder();
  closing.push(data.remove);
  const environment = { DATA_DIR: data.folder, CONSOLE_TOKEN: 'short', RETENTION_DAYS: 'long' };
  await expect(createReceiver({ environment, folder: data.folder })).rejects.toThrow(
    /2 problems.*(CONSOLE_TOKEN.*RETENTION_DAYS|RETENTION_DAYS.*CONSOLE_TOKEN)/s,
  );
});

test('two receivers with their own data folders run in one application', async () => {
  const [one, other] = [
    await start(),
    await start({ INTELLIGEMS_WEBHOOK_SECRET: 'the-secret-of-the-other' }),
  ];
  const app = express();
  app.use('/one', one.receiver.router);
  app.use('/other', other.receiver.router);
  const url = await listening(app);
  const secret = 'the-secret-of-the-other';
  expect((await postSigned(url, body('a'), { path: '/one/webhooks/intelligems' })).status).toBe(200);
  expect((await postSigned(url, body('a'), { path: '/other/webhooks/intelligems', secret })).status).toBe(
    200,
  );
  await until(
    () => one.api.requests.length + other.api.requests.length,
    (requests) => requests === 2,
  );
});

test('the code in receivers/README.md for an application of your own runs', async () => {
  const readme = readFileSync(new URL('../../../receivers/README.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\n(import express.*?createReceiver.*?)```/s.exec(readme) ?? [];
  const data = temporaryFolder();
  const api = await startFakeOwnApi();
  closing.push(data.remove, () => api.close());
  let app: Express | undefined;
  const given = {
    express,
    createReceiver: async () => {
      const receiver = await createReceiver({
        environment: {
          DATA_DIR: data.folder,
          INTELLIGEMS_WEBHOOK_SECRET: SECRET,
          LOG_LEVEL: 'silent',
          FORWARD_URL: api.url,
          FORWARD_ALLOW_PRIVATE: 'true',
        },
        folder: data.folder,
      });
      closing.push(() => receiver.stop());
      return receiver;
    },
    listen: (made: Express) => {
      app = made;
    },
  };
  const runnable = code
    .replaceAll(/^import .*\n/gm, '')
    .replace(/app\.listen\(\d+\)/, 'listen(app)')
    .replace(/^process\.once.*$/m, '');
  const Async = Object.getPrototypeOf(async () => {}).constructor;
  await new Async(...Object.keys(given), runnable)(...Object.values(given));
  const url = await listening(app as Express);
  expect((await postSigned(url, body('readme'), { path: '/hooks/webhooks/intelligems' })).status).toBe(200);
});

test('presses of buttons in Slack reach a mounted receiver', async () => {
  const { receiver } = await start({
    SLACK_BOT_TOKEN: 'xoxb-a-token',
    SLACK_CHANNEL: 'C0123456789',
    SLACK_API_URL: 'http://127.0.0.1:1/api/',
    SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99yyyzzz85a5',
    SLACK_ACTORS: 'U0123456789',
  });
  const app = express();
  app.use(receiver.router);
  const url = await listening(app);
  const unsigned = await fetch(`${url}/slack/actions`, { method: 'POST', body: 'payload=%7B%7D' });
  expect([unsigned.status, await unsigned.json()]).toMatchObject([
    401,
    { title: 'The signature is not valid' },
  ]);
});
