import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UNTRUSTED_CERTIFICATE } from '../fakes/certificate.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../fakes/own-api.ts';
import { startFakeProxy } from '../fakes/proxy.ts';
import { startRawServer } from '../fakes/raw-server.ts';
import { openSilentPort } from '../fakes/silent-port.ts';
import { listening } from '../fixtures/listening.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { ReceiverHere } from '../fixtures/receiver-here.ts';
import { until } from '../fixtures/until.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

/** A receiver that sends to your own API at this address, and tries again soon. */
async function receiverTo(url: string, settings: Record<string, string> = {}): Promise<ReceiverHere> {
  const home = temporaryFolder();
  const receiver = await ReceiverHere.start({
    DATA_DIR: home.folder,
    FORWARD_URL: url,
    FORWARD_ALLOW_PRIVATE: 'true',
    FIRST_RETRY_SECONDS: '0.05',
    RETRY_FACTOR: '1',
    FIRST_PAUSE_SECONDS: '0.05',
    LONGEST_PAUSE_SECONDS: '0.05',
    ...settings,
  });
  closing.push(
    () => home.remove(),
    () => receiver.stop(),
  );
  return receiver;
}

async function ownApi(): Promise<FakeOwnApi> {
  const api = await startFakeOwnApi();
  closing.push(() => api.close());
  return api;
}

describe('a rate limit', () => {
  // https://github.com/discord/discord-api-docs/issues/2360: since version 8, Retry-After has decimals.
  // https://github.com/svix/svix-webhooks/issues/2200: honor it, with a bound, and never retry sooner.
  test('a rate limit of 1.5 seconds counts: the API is called once, and not again before the time is up', async () => {
    const api = await ownApi();
    api.faults.draw(() => ({ kind: 'status', status: 429, retryAfter: '1.5' }));
    const receiver = await receiverTo(api.url);
    await receiver.post(sampleBody('start'));
    await until(
      () => api.requests.length,
      (count) => count === 3,
    );
    const [first, second, third] = api.requests.map(({ at }) => at) as [number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(1_490);
    expect(third - second).toBeGreaterThanOrEqual(1_990);
  });

  // https://github.com/carloluisito/omnidesk/pull/146: a wait of 317 years overflowed a timer and became a busy loop.
  test.each(['9999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'a rate limit of %s waits a day instead of retrying in a loop',
    async (retryAfter) => {
      const api = await ownApi();
      api.faults.draw(() => ({ kind: 'status', status: 429, retryAfter }));
      const receiver = await receiverTo(api.url);
      await receiver.post(sampleBody('start'));
      const again = await receiver.printed(/"again":"[^"]+"/);
      const wait = Date.parse(again.slice(9, -1)) - Date.now();
      expect(wait).toBeGreaterThan(86_000_000);
      expect(wait).toBeLessThanOrEqual(86_400_000);
      expect(api.requests).toHaveLength(1);
    },
  );

  test('a rate limit that never ends becomes a dead letter after GIVE_UP_AFTER_HOURS', async () => {
    const api = await ownApi();
    api.faults.draw(() => ({ kind: 'status', status: 429, retryAfter: '0' }));
    const receiver = await receiverTo(api.url, { GIVE_UP_AFTER_HOURS: '0.001' });
    await receiver.post(sampleBody('start'));
    await receiver.printed(/Given up after trying for [^"]*accepts no more requests[^"]*".*"dead letter"/);
    expect(api.requests).toHaveLength(4);
  });
});

describe('a payload', () => {
  // https://github.com/n8n-io/n8n/issues/26925, https://github.com/webhooksite/webhook.site/issues/76
  test('your own API gets every digit of a number in the payload', async () => {
    const api = await ownApi();
    const receiver = await receiverTo(api.url);
    const sample = sampleBody('start').toString().trimEnd();
    const body = `${sample.slice(0, -1)}, "p_id": 7615917337495251231, "one": 1.0, "huge": 1e400, "twice": 1, "twice": 2}`;
    await receiver.post(body);
    await until(
      () => api.requests.length,
      (count) => count === 1,
    );
    expect(api.requests[0]?.body).toContain(`"payload":${body}}`);
  });
});

describe('your own API', () => {
  // https://github.com/openid/python-openid/pull/76, https://github.com/nodejs/undici/issues/197
  test('your own API may send an unexpected 100 (Continue)', async () => {
    const raw = await startRawServer((socket: Socket) => {
      socket.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\ntaken');
    });
    closing.push(() => raw.close());
    const receiver = await receiverTo(raw.url);
    await receiver.post(sampleBody('start'));
    await receiver.printed(/"destination":"http".*"delivered"/);
    // The check at start connects too, and sends nothing.
    expect(raw.received.filter((bytes) => bytes !== '')).toHaveLength(1);
  });

  // https://github.com/Redential/redential-cli/issues/83: every failure became “Could not reach”.
  test('the failure names an untrusted certificate of your own API, and nothing was sent', async () => {
    let requests = 0;
    const server = createTlsServer(UNTRUSTED_CERTIFICATE, () => {
      requests += 1;
    });
    const port = await listening(server);
    closing.push(() => server.close());
    const receiver = await receiverTo(`https://127.0.0.1:${port}/`);
    await receiver.post(sampleBody('start'));
    const line = await receiver.printed(/\{[^\n]*"will try again"[^\n]*/);
    expect(line).toContain('is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(line).not.toContain('may have arrived');
    expect(requests).toBe(0);
  });

  // https://github.com/nodejs/undici/issues/386: an abort was held back until the connection came about.
  // https://github.com/nodejs/undici/issues/4405: the process lived on until the connect timeout.
  test('nothing was sent to your own API behind a firewall that drops packets, and stopping is not delayed', async () => {
    const silent = await openSilentPort();
    closing.push(() => silent.close());
    const receiver = await receiverTo(`http://127.0.0.1:${silent.port}/`, { FORWARD_TIMEOUT_MS: '200' });
    await receiver.post(sampleBody('start'));
    const line = await receiver.printed(/\{[^\n]*"will try again"[^\n]*/);
    expect(line).toContain('A firewall may be dropping the packets');
    expect(line).not.toContain('may have arrived');
    const stopping = performance.now();
    await receiver.stop();
    expect(performance.now() - stopping).toBeLessThan(3_000);
  });

  // https://github.com/redhat-developer/rhdh/pull/1903, https://github.com/ihor-sokoliuk/mcp-searxng/issues/31
  test('deliveries to your own API and its check go through the proxy in the environment', async () => {
    const [api, proxy] = await Promise.all([ownApi(), startFakeProxy()]);
    closing.push(() => proxy.close());
    process.env.HTTP_PROXY = `http://bot:100%25sure@127.0.0.1:${proxy.port}`;
    closing.push(() => {
      delete process.env.HTTP_PROXY;
    });
    const receiver = await receiverTo(api.url);
    await receiver.post(sampleBody('start'));
    await receiver.printed(/"destination":"http".*"delivered"/);
    expect(proxy.asked.map(({ what }) => what)).toEqual([`POST ${api.url}`]);
    expect(receiver.output).not.toContain('sure');
  });
});
