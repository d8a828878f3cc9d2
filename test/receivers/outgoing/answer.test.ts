import type { Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openHttpClient } from '../../../receivers/outgoing/client.ts';
import type { Answer, Exchange } from '../../../receivers/outgoing/exchange.ts';
import { readableBody, redirectTarget } from '../../../receivers/outgoing/readable.ts';
import { startRawServer } from '../../fakes/raw-server.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

/** Asks a server that answers with these bytes, or does what the function says. */
async function ask(
  react: string | Buffer | ((socket: Socket) => void),
  settings: Parameters<typeof openHttpClient>[0] = {},
): Promise<Exchange> {
  const server = await startRawServer(
    typeof react === 'function' ? react : (socket) => void socket.end(react),
  );
  const client = openHttpClient({ service: 'Discord', proxies: () => null, ...settings });
  closing.push(
    () => server.close(),
    () => client.close(),
  );
  return client.request({ url: server.url, method: 'POST', body: 'x' });
}

function response(body: Buffer | string, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ 'content-length': String(Buffer.byteLength(body)), ...headers });
  const head = `HTTP/1.1 200 OK\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

describe('a response’s body', () => {
  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    // Without the zlib header, as old servers of Microsoft send it: https://github.com/curl/curl/issues/2719
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
    ['something-else', (text: string) => Buffer.from(text)],
  ])('a response body in %s is decompressed', async (encoding, compress) => {
    const body = compress('{"message":"Größe"}');
    expect(await ask(response(body, { 'content-encoding': encoding }))).toMatchObject({
      text: '{"message":"Größe"}',
      complete: true,
    });
  });

  test('a response body that expands to a gigabyte is read up to the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 'a'));
    const exchange = (await ask(response(bomb, { 'content-encoding': 'gzip' }), {
      limit: 1_000_000,
    })) as Answer;
    expect(exchange.complete).toBe(false);
    expect(exchange.text).toHaveLength(1_000_000);
  });

  // https://github.com/curl/curl/issues/2368, https://github.com/sindresorhus/got/issues/1964
  test('a response body with the wrong Content-Encoding is read unchanged', async () => {
    const exchange = await ask(response('{"message":"Größe"}', { 'content-encoding': 'gzip' }));
    expect(exchange).toMatchObject({ text: '{"message":"Größe"}' });
  });

  test('a response body without a charset that is cut within a character is still UTF-8', async () => {
    const exchange = await ask(response('Größe'), { limit: 3 });
    expect(exchange).toMatchObject({ text: 'Gr' });
  });

  test('a damaged or cut response body is read as far as possible', async () => {
    const text = 'It failed. '.repeat(5_000);
    const half = gzipSync(text).subarray(0, 60);
    expect(await ask(response(half, { 'content-encoding': 'gzip' }))).toMatchObject({ status: 200 });
    expect(await ask('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')).toMatchObject({
      status: 200,
      text: 'half',
      complete: false,
    });
    expect(await ask('HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n')).toMatchObject({
      status: 500,
      complete: false,
    });
  });

  test.each([
    ['text/plain; charset=iso-8859-1', Buffer.from('Größe', 'latin1')],
    ['text/plain; charset="windows-1252"', Buffer.from('Größe', 'latin1')],
    ['text/plain; charset=utf-16le', Buffer.from('Größe', 'utf16le')],
    ['text/plain; charset=no-such-charset', Buffer.from('Größe')],
    ['text/plain', Buffer.from('\uFEFFGröße')],
    ['text/plain', Buffer.from('\uFEFFGröße', 'utf16le')],
    ['text/plain; charset=utf-8', Buffer.from('\uFEFFGröße', 'utf16le')],
    // https://github.com/usebruno/bruno/issues/1505
    ['text/plain', Buffer.from('Größe', 'latin1')],
  ])('a response body in %s is decoded', async (type, body) => {
    expect(await ask(response(body, { 'content-type': type }))).toMatchObject({ text: 'Größe' });
  });

  test('a response body that never ends is read up to the limit, without waiting for the rest', async () => {
    const exchange = (await ask(
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const timer = setInterval(() => socket.write('a'.repeat(40_000)), 1);
        socket.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 10_000 },
    )) as Answer;
    expect(exchange).toMatchObject({ answered: true, status: 200, complete: false });
    expect(exchange.text).toHaveLength(65_536);
  });

  test('a slow response body is given as far as it arrived in time', async () => {
    const exchange = await ask((socket) => void socket.write('HTTP/1.1 503 Busy\r\n\r\nslow'), {
      timeoutMs: 300,
    });
    expect(exchange).toMatchObject({ answered: true, status: 503, text: 'slow', complete: false });
  });
});

describe('a response', () => {
  // https://github.com/nodejs/undici/issues/197, https://github.com/openid/python-openid/pull/76
  test('a response is read after informational responses that the client did not ask for', async () => {
    const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';
    for (const before of [
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3),
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
      'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100\r\n\r\n',
    ]) {
      expect(await ask(before + ok)).toMatchObject({ status: 200, text: 'hi' });
    }
    const apart = await ask((socket) => {
      socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      setTimeout(() => socket.end(ok), 50);
    });
    expect(apart).toMatchObject({ status: 200, text: 'hi' });
  });

  test('a response that should have no body may have one', async () => {
    expect(await ask('HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello')).toMatchObject({
      status: 204,
    });
  });

  test.each([
    ['a flood of headers', `HTTP/1.1 200 OK\r\n${`x-${'y'.repeat(50)}: z\r\n`.repeat(3_000)}\r\n`],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
    ['bytes of another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
  ])('a response with %s is not valid, and the request may have arrived', async (_, bytes) => {
    expect(await ask(bytes)).toMatchObject({
      answered: false,
      mayHaveArrived: true,
      kind: 'invalid response',
    });
  });
});

describe('what people see of a response', () => {
  test('readable text has no control characters and no characters that reverse text', () => {
    const text = 'a\u0000b\u001B[31mc\u007Fd\u009Be\u202Ef\u2066g\nh\ti';
    expect(readableBody({ text, headers: {} })).toBe('a b [31mc d efg\nh\ti');
  });

  test('readable text of an HTML page is its words, at most 1,024 characters', () => {
    const text = `<!DOCTYPE html><html><head><title>502 Bad Gateway</title><style>p{}</style><script>alert(1)</script>
      </head><body><!-- hidden --><h1>Bad&nbsp;Gateway</h1><p>nginx &amp; more ${'x'.repeat(3_000)}</p></body></html>`;
    const words = readableBody({ text, headers: { 'content-type': 'text/html' } });
    expect(words).toMatch(/^502 Bad Gateway Bad Gateway nginx & more x+…$/);
    expect(words.length).toBeLessThanOrEqual(1_024);
    expect(readableBody({ text: '{"error":"<html> is not allowed"}', headers: {} })).toContain('<html>');
  });

  test.each([
    ['https://new.example.com/v2/events?token=abcdef', 'https://new.example.com/v2/events'],
    ['https://user:word@new.example.com/', 'https://new.example.com/'],
    ['/login?next=%2Fhooks', 'https://api.example.com/login'],
    ['//other.example.com/hooks/0123456789abcdef', 'https://other.example.com/hooks/…'],
    ['http://%', 'an address that it does not name'],
  ])('readable text of a redirect to %s is its target, without secrets', (location, shown) => {
    const url = new URL('https://api.example.com/hooks/0123456789abcdef');
    expect(redirectTarget({ status: 302, headers: { location } }, url)).toBe(shown);
  });
});
