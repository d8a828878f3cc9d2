import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type HttpClient, openHttpClient } from '../../../receivers/outgoing/client.ts';
import { readProxies } from '../../../receivers/outgoing/proxies.ts';
import { UNTRUSTED_CERTIFICATE } from '../../fakes/certificate.ts';
import { startFakeProxy } from '../../fakes/proxy.ts';
import { startRawServer } from '../../fakes/raw-server.ts';
import { openSilentPort } from '../../fakes/silent-port.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

function client(settings: Parameters<typeof openHttpClient>[0] = {}): HttpClient {
  const opened = openHttpClient({ service: 'Discord', proxies: () => null, ...settings });
  closing.push(() => opened.close());
  return opened;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

const post = { method: 'POST', body: '{"a":1}' };

describe('a request that cannot have arrived', () => {
  test('a request to a server with an untrusted certificate has not arrived', async () => {
    let requests = 0;
    const port = await listening(
      createTlsServer(UNTRUSTED_CERTIFICATE, (_, response) => {
        requests += 1;
        response.end();
      }),
    );
    const exchange = await client().request({ ...post, url: `https://127.0.0.1:${port}/` });
    expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'certificate' });
    expect(requests).toBe(0);
  });

  test('a request behind a firewall that drops packets has not arrived, even if the attempt ends first', async () => {
    const silent = await openSilentPort();
    closing.push(() => silent.close());
    const url = `http://127.0.0.1:${silent.port}/`;
    const started = performance.now();
    const before = await client({ timeoutMs: 300 }).request({ ...post, url });
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(before).toMatchObject({ mayHaveArrived: false, kind: 'unreachable' });
    expect(before).toMatchObject({ reason: expect.stringContaining('firewall') });
    const signal = AbortSignal.timeout(300);
    const bySignal = await client().request({ ...post, url, signal });
    expect(bySignal).toMatchObject({ mayHaveArrived: false, kind: 'unreachable' });
    const after = await client({ timeoutMs: 5_000, connectTimeoutMs: 200 }).request({ ...post, url });
    expect(after).toMatchObject({ mayHaveArrived: false, code: 'UND_ERR_CONNECT_TIMEOUT' });
  });

  test('a request through a proxy that does not answer has not arrived, and the reason names the proxy', async () => {
    const silent = await startRawServer(() => {});
    closing.push(() => silent.close());
    const proxies = readProxies({ HTTPS_PROXY: silent.url });
    const url = 'https://api.example.com/';
    const exchange = await client({ proxies, timeoutMs: 300 }).request({ ...post, url });
    expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'unreachable' });
    expect(exchange).toMatchObject({ reason: expect.stringContaining('which is set in HTTPS_PROXY') });
  });

  test('a request to a closed port or an unknown host name has not arrived', async () => {
    const port = await listening(createServer());
    await closing.pop()?.();
    expect(await client().request({ ...post, url: `http://127.0.0.1:${port}/` })).toMatchObject({
      mayHaveArrived: false,
      code: 'ECONNREFUSED',
    });
    expect(await client().request({ ...post, url: 'http://name.invalid/' })).toMatchObject({
      mayHaveArrived: false,
      kind: 'name not found',
    });
  });

  test('a request to a port without TLS has not arrived', async () => {
    const port = await listening(createServer());
    const exchange = await client().request({ ...post, url: `https://127.0.0.1:${port}/` });
    expect(exchange).toMatchObject({
      mayHaveArrived: false,
      kind: 'tls',
      reason: expect.stringContaining('write http://'),
    });
  });

  test('a request whose connection is reset during the TLS handshake has not arrived', async () => {
    const raw = await startRawServer((socket) => socket.resetAndDestroy());
    closing.push(() => raw.close());
    const exchange = await client().request({ ...post, url: `https://127.0.0.1:${raw.port}/` });
    expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'unreachable' });
  });

  test('a request that waits for a busy connection has not arrived, and is not sent later', async () => {
    const requests: string[] = [];
    const port = await listening(
      createServer((request, response) => {
        requests.push(request.url ?? '');
        setTimeout(() => response.end(), 400);
      }),
    );
    const one = client({ connections: 1 });
    const first = one.request({ ...post, url: `http://127.0.0.1:${port}/first` });
    const second = await one.request({ ...post, url: `http://127.0.0.1:${port}/second`, timeoutMs: 100 });
    expect(second).toMatchObject({ mayHaveArrived: false, reason: expect.stringContaining('busy') });
    expect(await first).toMatchObject({ answered: true, status: 200 });
    expect(await one.request({ ...post, url: `http://127.0.0.1:${port}/third` })).toMatchObject({
      status: 200,
    });
    expect(requests).toEqual(['/first', '/third']);
  });

  test.each([
    ['an address that is not a URL', { url: 'api.example.com/hook' }],
    ['a protocol other than http', { url: 'ftp://127.0.0.1/' }],
    ['a line break in a header', { url: 'http://127.0.0.1:1/', headers: { 'x-name': 'a\r\nb: c' } }],
  ])('a request with %s has not arrived', async (_, request) => {
    expect(await client().request(request)).toMatchObject({ mayHaveArrived: false, kind: 'invalid request' });
  });

  test('a request that was stopped before it began has not arrived', async () => {
    const exchange = await client().request({
      ...post,
      url: 'http://127.0.0.1:1/',
      signal: AbortSignal.abort(),
    });
    expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'canceled' });
  });

  test.each([407, 403, 502])(
    'a request whose proxy refuses the tunnel with %d has not arrived',
    async (status) => {
      const proxy = await startFakeProxy({ refuse: status });
      closing.push(() => proxy.close());
      const proxies = readProxies({ HTTPS_PROXY: `http://user:hidden-word@127.0.0.1:${proxy.port}` });
      const exchange = await client({ proxies }).request({ ...post, url: 'https://api.example.com/' });
      expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'proxy' });
      expect(JSON.stringify(exchange)).not.toContain('hidden-word');
      expect(exchange).toMatchObject({
        reason: expect.stringContaining(`The proxy 127.0.0.1:${proxy.port} refused`),
      });
    },
  );
});

describe('a request may have arrived', () => {
  test('a request that was written and timed out may have arrived', async () => {
    const raw = await startRawServer(() => {});
    closing.push(() => raw.close());
    const exchange = await client().request({ ...post, url: raw.url, timeoutMs: 200 });
    expect(exchange).toMatchObject({
      mayHaveArrived: true,
      kind: 'timeout',
      reason: 'Discord did not answer within 0.2 s.',
    });
    expect(raw.received[0]).toContain('{"a":1}');
  });

  test.each([
    ['is reset', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
    ['is closed', (socket: import('node:net').Socket) => socket.end()],
    [
      'is closed amid the headers',
      (socket: import('node:net').Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'),
    ],
  ])('a request whose connection %s before an answer may have arrived', async (_, react) => {
    const raw = await startRawServer(react);
    closing.push(() => raw.close());
    expect(await client().request({ ...post, url: raw.url })).toMatchObject({
      answered: false,
      mayHaveArrived: true,
    });
    expect(raw.received).toHaveLength(1);
  });

  test('a request that is answered by something other than HTTP may have arrived', async () => {
    const raw = await startRawServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    closing.push(() => raw.close());
    expect(await client().request({ ...post, url: raw.url })).toMatchObject({
      mayHaveArrived: true,
      kind: 'invalid response',
    });
  });

  test('a request on a kept connection that closes as it is written may have arrived, and is not sent again', async () => {
    let requests = 0;
    const port = await listening(
      createServer((request, response) => {
        requests += 1;
        if (requests === 1) {
          response.end();
        } else {
          request.socket.resetAndDestroy();
        }
      }),
    );
    const kept = client({ keepAlive: true });
    await kept.request({ ...post, url: `http://127.0.0.1:${port}/` });
    const exchange = await kept.request({ ...post, url: `http://127.0.0.1:${port}/` });
    expect(exchange).toMatchObject({ answered: false, mayHaveArrived: true });
    expect(requests).toBe(2);
  });
});
