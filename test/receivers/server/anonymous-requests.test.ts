import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleBody } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'a-token-for-the-metrics';
const data = temporaryFolder();
let receiver: ReceiverHere;

beforeAll(async () => {
  receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    METRICS_TOKEN: TOKEN,
    HEADERS_TIMEOUT_SECONDS: '1',
  });
});

afterAll(async () => {
  await receiver.stop();
  data.remove();
});

function open(): Socket {
  const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** Sends bytes on a connection of its own, and gives everything that came back until it was closed. */
async function exchange(bytes: string): Promise<string> {
  const socket = open();
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

const pipelined = (count: number, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`.repeat(count);

test('every pipelined request of a connection is answered, in order', async () => {
  const bytes = `${pipelined(99, '/healthz')}GET /nowhere HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n`;
  const statuses = [...(await exchange(bytes)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual([...Array(99).fill('200'), '404']);
});

test('a connection that pipelines thousands of requests is closed, and webhooks are still answered', async () => {
  const floods = Array.from({ length: 8 }, () => {
    const socket = open().pause();
    socket.write(pipelined(20_000, '/metrics'));
    return socket;
  });
  const response = await receiver.post(sampleBody('start'));
  expect(response.status).toBe(200);
  await Promise.all(floods.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))));
  expect((await fetch(`${receiver.url}/healthz`)).status).toBe(200);
});

test('a connection that pipelines thousands of requests that are answered at once is closed', async () => {
  const unsigned = 'POST /webhooks/intelligems HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}';
  for (const bytes of [unsigned.repeat(5_000), pipelined(5_000, '/healthz')]) {
    expect([...(await exchange(bytes)).matchAll(/HTTP\/1\.1 /g)].length).toBeLessThan(1_000);
  }
});

test('the metrics need the METRICS_TOKEN if one is set', async () => {
  const scrape = (authorization?: string) =>
    fetch(`${receiver.url}/metrics`, { headers: authorization === undefined ? {} : { authorization } });
  expect((await scrape()).status).toBe(401);
  expect((await scrape('Bearer another-token-of-theirs')).status).toBe(401);
  const allowed = await scrape(`Bearer ${TOKEN}`);
  expect(allowed.status).toBe(200);
  expect(await allowed.text()).toContain('intelligems_webhooks_accepted_total');
});

test.each([
  ['headers of 20 KB', 431, `GET / HTTP/1.1\r\nHost: here\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`],
  ['something else than HTTP', 400, 'hello\r\n\r\n'],
  ['no Host header', 400, 'GET / HTTP/1.1\r\n\r\n'],
  ['headers that never end', 408, 'GET / HTTP/1.1\r\nHost: here\r\n'],
  [
    'an unknown expectation',
    417,
    'POST /webhooks/intelligems HTTP/1.1\r\nHost: here\r\nExpect: more\r\nContent-Length: 0\r\n\r\n',
  ],
])('a request with %s gets a problem document with %d, and a log line', async (_, status, bytes) => {
  const answer = await exchange(bytes);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head.toLowerCase()).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(receiver.output).toContain(`"status":${status}`);
});
