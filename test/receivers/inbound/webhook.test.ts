import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signWebhook } from '../../../shared/verifier.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const LIMIT = 262_144;

let receiver: ReceiverHere;
let api: FakeOwnApi;
let data: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  data = temporaryFolder();
  writeFileSync(
    join(data.folder, 'receivers.yaml'),
    'sources: [{ name: default }, { name: outlet, secrets: a-secret-of-the-outlet }]\n',
  );
  api = await startFakeOwnApi();
  receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    INTELLIGEMS_WEBHOOK_SECRET: `${SECRET}, the-next-secret`,
    INTELLIGEMS_PREVIOUS_WEBHOOK_SECRET: 'the-former-secret',
    BODY_LIMIT_BYTES: String(LIMIT),
    HEADERS_TIMEOUT_SECONDS: '1',
    REQUEST_TIMEOUT_SECONDS: '1',
    LOG_PRETTY: 'false',
  });
});

afterAll(async () => {
  await receiver.stop();
  await api.close();
  data.remove();
});

/** A start event that was not sent before. */
function freshBody(): string {
  const payload = samplePayload('start');
  return JSON.stringify({ ...payload, experience: { ...payload.experience, id: randomUUID() } });
}

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toMatch('application/problem+json');
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toEqual({
    type: expect.any(String),
    title: expect.any(String),
    status: response.status,
    detail: expect.any(String),
  });
  return problem;
}

describe('a signed event', () => {
  test('a signed event is accepted once, and the same event again is a duplicate', async () => {
    const body = freshBody();
    const first = await receiver.post(body);
    expect(first.status).toBe(200);
    const answer = (await first.json()) as { event: string };
    expect(answer).toEqual({ status: 'accepted', event: expect.stringMatching(/^evt_[0-9a-f]{32}$/) });
    const again = await receiver.post(body);
    expect([again.status, await again.json()]).toEqual([200, { status: 'duplicate', event: answer.event }]);
  });

  test('a signed event in other bytes is the same event', async () => {
    const body = freshBody();
    const { event } = (await (await receiver.post(body)).json()) as { event: string };
    const respelled = await receiver.post(JSON.stringify(JSON.parse(body), null, 2));
    expect(await respelled.json()).toEqual({ status: 'duplicate', event });
  });

  test('a signed event is verified whatever its Content-Type', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', null]) {
      const response = await receiver.post(freshBody(), { headers: { 'content-type': type } });
      expect(response.status).toBe(200);
    }
  });

  test('a signed event may be signed with any of the secrets, in upper case too', async () => {
    expect((await receiver.post(freshBody(), { secret: 'the-next-secret' })).status).toBe(200);
    const body = freshBody();
    const signature = signWebhook(body, SECRET).toUpperCase();
    expect((await receiver.post(body, { headers: { 'x-intelligems-signature': signature } })).status).toBe(
      200,
    );
  });

  test('a signed event leaves a line in the log with its key', async () => {
    const { event } = (await (await receiver.post(freshBody())).json()) as { event: string };
    await receiver.printed(new RegExp(`"event":"${event}".*"accepted"`));
    await receiver.printed(new RegExp(`"event":"${event}".*"delivered"`));
  });
});

describe('a signed body that is not a known event', () => {
  test.each([
    ['broken JSON', '{"action":'],
    ['an unknown action', '{"action":"archiveExperience","experience":{"id":"1"}}'],
    ['a missing experience', '{"action":"startExperience"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['nothing', ''],
    ['100,000 brackets', ''.padEnd(100_000, '[')],
    ['100,000 lists in each other', `${''.padEnd(100_000, '[')}${''.padEnd(100_000, ']')}`],
    ['a prototype', '{"__proto__":{"action":"startExperience"},"action":{}}'],
  ])('a signed body that is not a known event is kept and answered 200: %s', async (_what, body) => {
    const response = await receiver.post(body);
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: expect.stringMatching(/accepted|duplicate/), event: expect.stringMatching(/^evt_/) },
    ]);
  });

  test.each([
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"action":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    ],
    ['a lone surrogate', Buffer.from('{"action":"startExperience","experience":{"id":"\\ud800"}}')],
    [
      'a wild timestamp',
      Buffer.from('{"action":"startExperience","timestamp":1e308,"experience":{"id":"1"}}'),
    ],
    [
      'a timestamp of NaN',
      Buffer.from('{"action":"startExperience","timestamp":"NaN","experience":{"id":"2"}}'),
    ],
    [
      '100,000 lists in each other',
      Buffer.from(
        `{"action":"startExperience","experience":{"id":"5","name":${''.padEnd(100_000, '[')}${''.padEnd(100_000, ']')}}}`,
      ),
    ],
    ['duplicate keys', Buffer.from('{"action":"x","action":"startExperience","experience":{"id":"3"}}')],
    [
      'fields of other types',
      Buffer.from(
        '{"action":"startExperience","timestamp":{},"organization":7,"experience":{"id":"4","name":[],"variations":{},"experienceActions":[null,7]}}',
      ),
    ],
  ])('a signed body that is not a known event causes no error: %s', async (_what, body) => {
    expect((await receiver.post(body)).status).toBe(200);
  });
});

describe('a refusal', () => {
  test('a request without a signature gets 401 that names the header', async () => {
    const response = await receiver.post(freshBody(), { headers: { 'x-intelligems-signature': null } });
    expect(response.status).toBe(401);
    expect((await problemOf(response)).detail).toMatch('x-intelligems-signature');
  });

  test('a request with a wrong signature gets 401', async () => {
    const response = await receiver.post(freshBody(), { secret: 'another' });
    expect(response.status).toBe(401);
    await problemOf(response);
    await receiver.printed(/"reason":"no-match"/);
  });

  test('a refusal is explained in the log, and not to the sender', async () => {
    const body = freshBody();
    const respelled = JSON.stringify(JSON.parse(body), null, 2);
    const response = await receiver.post(respelled, {
      headers: { 'x-intelligems-signature': signWebhook(body, SECRET) },
    });
    expect(response.status).toBe(401);
    expect(JSON.stringify(await problemOf(response))).not.toMatch('written again');
    await receiver.printed(/"finding":"[^"]*parsed as JSON and written again/);
  });

  test.each([
    ['the-former-secret', /"finding":"The sender still signs with a previous secret\./],
    ['a-secret-of-the-outlet', /"finding":"The sender signs with the secret of the source \\"outlet\\"/],
  ])('the log says whose secret made the signature: %s', async (secret, finding) => {
    expect((await receiver.post(freshBody(), { secret })).status).toBe(401);
    await receiver.printed(finding);
  });

  test.each(['abc', 'sha256=00', 'ü'.repeat(32), `${'0'.repeat(64)}, ${'0'.repeat(64)}`])(
    'the malformed signature %j gets 400',
    async (signature) => {
      const response = await receiver.post(freshBody(), {
        headers: { 'x-intelligems-signature': Buffer.from(signature).toString('latin1') },
      });
      expect(response.status).toBe(400);
      await problemOf(response);
    },
  );

  test('a body that is too large gets 413, whether or not its length is given', async () => {
    const body = ''.padEnd(LIMIT + 1, ' ');
    const announced = await receiver.post(body);
    expect(announced.status).toBe(413);
    expect((await problemOf(announced)).detail).toMatch('BODY_LIMIT_BYTES');
    const streamed = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request(`${receiver.url}/webhooks/intelligems`, { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
        outgoing.destroy();
      });
      outgoing.on('error', reject);
      outgoing.write(body);
      outgoing.write(body);
    });
    expect(streamed).toBe(413);
    await receiver.printedTimes('"reason":"too-large","msg":"refused"', 2);
  });

  test('an unknown source and an unknown path get 404', async () => {
    for (const path of ['/webhooks/intelligems/nobody', '/elsewhere', '/webhooks']) {
      const response = await receiver.post(freshBody(), { path });
      expect(response.status).toBe(404);
      await problemOf(response);
    }
    await receiver.printed(/"source":"nobody","reason":"unknown-source","msg":"refused"/);
  });

  test('another method gets 405 with the one to use', async () => {
    const response = await fetch(`${receiver.url}/webhooks/intelligems`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    await problemOf(response);
  });

  test('a refusal never shows a secret', () => {
    expect(receiver.output).not.toMatch(SECRET);
    expect(receiver.output).not.toMatch('the-next-secret');
    expect(receiver.output).not.toMatch('the-former-secret');
    expect(receiver.output).not.toMatch('a-secret-of-the-outlet');
  });
});

describe('a hostile connection', () => {
  test.each([
    ['headers that never end', 'POST /webhooks/intelligems HTTP/1.1\r\nhost: x\r\n'],
    [
      'a body that never comes',
      'POST /webhooks/intelligems HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"action"',
    ],
  ])('a hostile connection is closed: %s', async (_what, start) => {
    const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
    socket.write(start);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^(HTTP\/1\.1 408|$)/);
  });

  test('a hostile connection does not disturb the others', async () => {
    expect((await receiver.post(freshBody())).status).toBe(200);
  });
});

/** Sends bytes as they are on a connection of their own; gives what comes back until the other side is done. */
function exchange(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(receiver.url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
    socket.write(bytes);
  });
}

/** A signed request by hand: its request line, and further headers. */
function byHand(line: string, headers: readonly string[] = []): Buffer {
  const body = Buffer.from(freshBody());
  const signature = signWebhook(body, SECRET);
  const head = [
    `${line} HTTP/1.1`,
    'Host: receiver',
    'Connection: close',
    `X-Intelligems-Signature: ${signature}`,
    `Content-Length: ${body.length}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

describe('an unusual request', () => {
  test.each([
    ['an absolute address', 'POST http://receiver/webhooks/intelligems'],
    ['a slash at the end', 'POST /webhooks/intelligems/'],
    ['a query', 'POST /webhooks/intelligems?from=proxy'],
    ['the name of the source', 'POST /webhooks/intelligems/default'],
    ['the name of the source in percent signs', 'POST /webhooks/intelligems/%64efault'],
    ['capitals in the path', 'POST /Webhooks/Intelligems'],
  ])('an unusual request is accepted: %s', async (_what, line) => {
    expect(await exchange(byHand(line))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    'POST /webhooks/intelligems/a.b',
    'POST /webhooks/intelligems/%ff',
    'POST /webhooks/intelligems/..',
  ])('an impossible source gets 404: %s', async (line) => {
    const answer = await exchange(byHand(line));
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toMatch('Unknown source');
  });

  test('a request with Expect: 100-continue gets 100', async () => {
    const answer = await exchange(byHand('POST /webhooks/intelligems', ['Expect: 100-continue']));
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  test('a body in pieces of one byte is accepted', async () => {
    const body = freshBody();
    const pieces = [...Buffer.from(body)].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
    const head = [
      'POST /webhooks/intelligems HTTP/1.1',
      'Host: receiver',
      'Connection: close',
      `X-Intelligems-Signature: ${signWebhook(body, SECRET)}`,
      'Transfer-Encoding: chunked',
    ].join('\r\n');
    const answer = await exchange(Buffer.from(`${head}\r\n\r\n${pieces}0\r\n\r\n`, 'latin1'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*"accepted"/s);
  });

  test('two signature headers count as malformed, and the log says so', async () => {
    const twice = [`X-Intelligems-Signature: ${'0'.repeat(64)}`];
    expect(await exchange(byHand('POST /webhooks/intelligems', twice))).toMatch(/^HTTP\/1\.1 400 /);
    await receiver.printed(/"reason":"malformed-signature"/);
  });

  test('HEAD gets only the headers', async () => {
    const answer = await exchange(
      'HEAD /webhooks/intelligems HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 .*allow: POST/s);
    expect(answer).toMatch(/\r\n\r\n$/);
  });

  test('a request with two lengths is refused', async () => {
    const answer = await exchange(byHand('POST /webhooks/intelligems', ['Transfer-Encoding: chunked']));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a compressed body is treated as bytes: it has to be signed as sent', async () => {
    const bomb = gzipSync(Buffer.alloc(16 * 1_048_576)).subarray(0, LIMIT);
    const headers = { 'content-encoding': 'gzip' };
    expect((await receiver.post(bomb, { headers })).status).toBe(200);
    expect((await receiver.post(bomb, { headers, secret: 'another' })).status).toBe(401);
  });
});

describe('operations', () => {
  test('the receiver reports that it is live and ready', async () => {
    expect(await (await fetch(`${receiver.url}/healthz`)).json()).toEqual({ status: 'alive' });
    expect(await (await fetch(`${receiver.url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  test('the receiver gives metrics for Prometheus', async () => {
    const text = await (await fetch(`${receiver.url}/metrics`)).text();
    expect(text).toMatch(/intelligems_webhooks_accepted_total\{source="default",kind="event"\} \d+/);
    expect(text).toMatch(/intelligems_webhooks_accepted_total\{source="default",kind="unrecognized"\} \d+/);
    expect(text).toMatch(/intelligems_webhooks_duplicate_total\{source="default"\} \d+/);
    expect(text).toMatch(/intelligems_webhooks_refused_total\{source="default",reason="no-match"\} 5/);
    expect(text).toMatch(/intelligems_delivery_attempts_total\{destination="http",outcome="done"\} \d+/);
    expect(text).toMatch(/intelligems_deliveries_open\{destination="http"\} \d+/);
    expect(text).toMatch(/intelligems_delivery_duration_seconds_bucket/);
  });
});
