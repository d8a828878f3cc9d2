import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { openHttpClient } from '../../../receivers/outgoing/client.ts';
import { proxyProblem, readProxies } from '../../../receivers/outgoing/proxies.ts';
import { UNTRUSTED_CERTIFICATE } from '../../fakes/certificate.ts';
import { type FakeProxyOptions, startFakeProxy } from '../../fakes/proxy.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

async function listening(server: Server): Promise<{ port: number; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  server.on('request', (request, response) => {
    requests.push(request);
    response.end('taken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

async function proxied(options: FakeProxyOptions = {}, publicOnly = false) {
  const proxy = await startFakeProxy(options);
  const address = `http://bot:100%sure@127.0.0.1:${proxy.port}`;
  const proxies = readProxies({ HTTP_PROXY: address });
  const client = openHttpClient({ proxies, publicOnly, timeoutMs: 5_000 });
  closing.push(
    () => proxy.close(),
    () => client.close(),
  );
  return { proxy, client };
}

const CREDENTIALS = `Basic ${Buffer.from('bot:100%sure').toString('base64')}`;

describe('a request through a proxy', () => {
  test('a request for http sends the whole URL to the proxy, with the proxy’s credentials for the proxy only', async () => {
    const { port, requests } = await listening(createServer());
    const { proxy, client } = await proxied({ hosts: { 'api.example.com': port } });
    const exchange = await client.request({
      method: 'POST',
      url: 'http://api.example.com/a?b=c',
      body: '{}',
    });
    expect(exchange).toMatchObject({ status: 200, text: 'taken' });
    expect(proxy.asked).toEqual([{ what: 'POST http://api.example.com/a?b=c', authorization: CREDENTIALS }]);
    expect(requests[0]?.headers).toMatchObject({ host: 'api.example.com' });
    expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  test('a request for https goes through a tunnel, and the certificate of the other side is checked', async () => {
    const { port, requests } = await listening(createTlsServer(UNTRUSTED_CERTIFICATE));
    const { proxy, client } = await proxied({ hosts: { 'api.example.com:443': port } });
    const exchange = await client.request({ method: 'POST', url: 'https://api.example.com/a', body: '{}' });
    expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'certificate' });
    expect(proxy.asked).toEqual([{ what: 'CONNECT api.example.com:443', authorization: CREDENTIALS }]);
    expect(requests).toEqual([]);
  });

  test.each([403, 407, 502, 200])(
    'a proxy that refuses a request for http with %d is named',
    async (status) => {
      const { client } = await proxied({ refuse: status });
      const exchange = await client.request({ url: 'http://api.example.com/' });
      if (status === 407) {
        expect(exchange).toMatchObject({
          mayHaveArrived: false,
          kind: 'proxy',
          reason: expect.stringContaining('HTTP_PROXY'),
        });
      } else {
        expect(exchange).toMatchObject({
          answered: true,
          status,
          proxy: expect.stringMatching(/^127\.0\.0\.1:\d+ \(HTTP_PROXY\)$/),
        });
      }
    },
  );

  test('an unreachable proxy is named with its setting, without credentials', async () => {
    const { proxy, client } = await proxied();
    await proxy.close();
    for (const url of ['http://api.example.com/', 'https://api.example.com/']) {
      const exchange = await client.request({ url });
      expect(exchange).toMatchObject({ mayHaveArrived: false, kind: 'proxy', code: 'ECONNREFUSED' });
      expect(exchange).toMatchObject({ reason: expect.stringMatching(/proxy 127\.0\.0\.1:\d+.*HTTP_PROXY/) });
      expect(JSON.stringify(exchange)).not.toContain('sure');
    }
  });

  test.each(['http://127.0.0.1:9/', 'http://localhost:9/', 'https://169.254.169.254/', 'http://[::1]:9/'])(
    'a request to the private address %s does not reach the proxy if only public ones are allowed',
    async (url) => {
      const { proxy, client } = await proxied({}, true);
      expect(await client.request({ url })).toMatchObject({ mayHaveArrived: false, kind: 'private address' });
      expect(proxy.asked).toEqual([]);
    },
  );

  test('the proxy gets the checked address if only public ones are allowed', async () => {
    const { port } = await listening(createServer());
    const { proxy, client } = await proxied({ hosts: { '8.8.8.8:80': port } }, true);
    expect(await client.request({ url: 'http://8.8.8.8/' })).toMatchObject({ status: 200 });
    expect(proxy.asked).toEqual([{ what: 'CONNECT 8.8.8.8:80', authorization: CREDENTIALS }]);
  });
});

describe('a certificate that is trusted', () => {
  const trusted = getCACertificates('default');
  beforeAll(() => setDefaultCACertificates([...trusted, UNTRUSTED_CERTIFICATE.cert]));
  afterAll(() => setDefaultCACertificates(trusted));

  test('a trusted certificate allows a tunnel to its own host name only', async () => {
    const { port, requests } = await listening(createTlsServer(UNTRUSTED_CERTIFICATE));
    const hosts = { 'mail.example:443': port, 'other.example:443': port };
    const { client } = await proxied({ hosts });
    expect(await client.request({ url: 'https://mail.example/a' })).toMatchObject({
      status: 200,
      text: 'taken',
    });
    expect(await client.reach('https://mail.example/')).toBeNull();
    const wrong = { mayHaveArrived: false, kind: 'certificate', code: 'ERR_TLS_CERT_ALTNAME_INVALID' };
    expect(await client.request({ method: 'POST', url: 'https://other.example/' })).toMatchObject(wrong);
    expect(await client.reach('https://other.example/')).toMatchObject(wrong);
    expect(requests.map(({ url }) => url)).toEqual(['/a']);
  });
});

describe('which proxy a request goes through', () => {
  const through = (environment: Record<string, string>, url: string): string | null => {
    const proxy = readProxies(environment)(new URL(url));
    return proxy === null ? null : `${proxy.hostname}:${proxy.port}`;
  };

  test('the proxy depends on the protocol; lower case wins, and https falls back to HTTP_PROXY', () => {
    expect(through({}, 'http://a.example/')).toBeNull();
    expect(through({ HTTP_PROXY: 'http://one:1' }, 'https://a.example/')).toBe('one:1');
    expect(through({ HTTP_PROXY: 'http://one:1', HTTPS_PROXY: 'http://two:2' }, 'https://a.example/')).toBe(
      'two:2',
    );
    expect(through({ HTTP_PROXY: 'http://one:1', http_proxy: 'http://two:2' }, 'http://a.example/')).toBe(
      'two:2',
    );
    expect(through({ HTTP_PROXY: 'http://one:1', http_proxy: '' }, 'http://a.example/')).toBeNull();
    expect(through({ HTTPS_PROXY: 'http://one:1' }, 'http://a.example/')).toBeNull();
    expect(through({ http_proxy: 'proxy.example:3128' }, 'http://a.example/')).toBe('proxy.example:3128');
    expect(through({ http_proxy: 'http://[::1]:3128' }, 'http://a.example/')).toBe('::1:3128');
  });

  test.each([
    ['*', 'http://a.example/', true],
    ['a.example', 'http://a.example/', true],
    ['A.EXAMPLE', 'http://a.example./', true],
    ['a.example', 'http://b.a.example/', true],
    ['a.example', 'http://ba.example/', false],
    ['.a.example', 'http://a.example/', true],
    ['*.a.example', 'http://a.example/', false],
    ['*.a.example', 'http://b.a.example/', true],
    ['none.example, a.example', 'http://a.example/', true],
    ['none.example a.example', 'http://a.example/', true],
    ['a.example:8080', 'http://a.example/', false],
    ['a.example:8080', 'http://a.example:8080/', true],
    ['a.example:443', 'https://a.example/', true],
    ['127.0.0.1', 'http://127.0.0.1:99/', true],
    // curl: https://curl.se/docs/manpage.html#NOPROXY
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://10.example/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[::1]', 'http://[::1]:99/', true],
    ['[::1]:443', 'https://[::1]/', true],
    ['::1', 'http://[::1]/', true],
    ['10.0.0.0/99', 'http://10.1.2.3/', false],
    ['', 'http://a.example/', false],
  ])('NO_PROXY=%s leads to %s directly: %s', (noProxy, url, isDirect) => {
    const proxy = through({ http_proxy: 'http://p:1', https_proxy: 'http://p:1', NO_PROXY: noProxy }, url);
    expect(proxy).toBe(isDirect ? null : 'p:1');
  });

  test('the address of a proxy that is not for HTTP is refused with its setting’s name', () => {
    for (const address of ['socks5://proxy:1080', 'http://', 'ftp://proxy', 'http://user:pa#ss@proxy:1']) {
      const problem = proxyProblem({ https_proxy: address });
      expect(problem).toMatchObject({ variable: 'https_proxy' });
      expect(problem?.message).toMatch(/^It is not the address of an HTTP proxy\. Write it as/);
      expect(problem?.message).not.toContain('pa#ss');
    }
    expect(proxyProblem({ HTTP_PROXY: 'http://bot:100%sure@proxy:3128' })).toBeNull();
  });
});
