import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../../receivers/contract/outcome.ts';
import { http } from '../../../../receivers/destinations/http/definition.ts';
import type { FakeOwnApi } from '../../../fakes/own-api.ts';
import { startFakeOwnApi } from '../../../fakes/own-api.ts';
import { messageOf, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { servicesFor } from '../../../fixtures/services.ts';
import { attempt } from '../common/opened.ts';
import { opened } from './opened.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

let api: FakeOwnApi;
let destination: Destination | undefined;

beforeEach(async () => {
  api = await startFakeOwnApi();
});

afterEach(async () => {
  await destination?.close();
  destination = undefined;
  await api.close();
});

async function send(
  settings: Record<string, unknown> = {},
  message = sampleMessage('start'),
): Promise<Outcome> {
  destination = await opened({ url: api.url, ...settings });
  return destination.send(message, attempt());
}

describe('what goes out', () => {
  test('your API gets the normalized event as JSON, with the settings’ method and headers', async () => {
    const outcome = await send({ method: 'PUT', headers: '{"Authorization":"Bearer 1234567890"}' });
    expect(outcome).toEqual({ type: 'done', answer: '200: {"taken":true}' });
    const [request] = api.requests;
    expect(request).toMatchObject({ method: 'PUT', path: '/events', id: sampleMessage('start').key });
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer 1234567890',
      'content-type': 'application/json',
    });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      type: 'experience.started',
      key: sampleMessage('start').key,
      action: 'startExperience',
      triggeredBy: 'maya@alpine-goods.example',
      experience: { name: 'Backpack price test', type: 'pricing' },
    });
  });

  test('the standardwebhooks package verifies the signature, even during a change of secrets', async () => {
    await send({ secret: `${SECRET}, ${OTHER_SECRET}` });
    const [request] = api.requests;
    for (const secret of [SECRET, OTHER_SECRET]) {
      const headers = request?.headers as Record<string, string>;
      expect(new Webhook(secret).verify(request?.body ?? '', headers)).toMatchObject({
        action: 'startExperience',
      });
    }
    expect(() =>
      new Webhook(SECRET).verify(`${request?.body} `, request?.headers as Record<string, string>),
    ).toThrow();
  });

  test('each attempt has the same webhook-id and its own signature', async () => {
    destination = await opened({ url: api.url, secret: SECRET });
    api.faults.add({ kind: 'reset', after: true });
    const message = sampleMessage('end');
    expect(await destination.send(message, attempt())).toMatchObject({ type: 'retry', uncertain: true });
    expect(await destination.send(message, attempt({ number: 2, uncertain: true }))).toMatchObject({
      type: 'done',
    });
    expect(api.requests.map(({ id }) => id)).toEqual([message.key, message.key]);
  });

  test('your API gets a report in its own shape', async () => {
    await send({}, SAMPLE_REPORT as never);
    expect(JSON.parse(api.requests[0]?.body ?? '')).toMatchObject({
      type: 'report.digest',
      title: SAMPLE_REPORT.report.title,
      sections: SAMPLE_REPORT.report.sections,
    });
  });

  test('your API gets the body that a template makes', async () => {
    await send({ body: '{"text":"{{ experience.name }} {{ verb }}","share":{{ variations | json }}}' });
    expect(JSON.parse(api.requests[0]?.body ?? '')).toMatchObject({
      text: 'Backpack price test was started',
      share: [{ name: 'Control', percentage: 50 }, { percentage: 50 }],
    });
  });

  test('your API gets events one after another over kept connections', async () => {
    destination = await opened({ url: api.url });
    for (const name of ['create', 'start', 'update', 'pause', 'end', 'delete'] as const) {
      await destination.send(sampleMessage(name), attempt());
    }
    expect(api.requests).toHaveLength(6);
    expect(api.connections()).toBeLessThanOrEqual(2);
  });
});

describe('what the answer means', () => {
  test.each([
    [400, 'dead', 'FORWARD_BODY'],
    [401, 'dead', 'FORWARD_HEADERS'],
    [403, 'dead', 'FORWARD_HEADERS'],
    [404, 'dead', 'FORWARD_URL'],
    [405, 'dead', 'FORWARD_METHOD'],
    [409, 'dead', 'its answer may say why'],
    [410, 'dead', 'gone permanently'],
    [413, 'dead', 'too large'],
    [422, 'dead', 'FORWARD_BODY'],
    [408, 'retry', 'asks to send it again'],
    [425, 'retry', 'asks to send it again'],
    [500, 'retry', 'the event may have arrived'],
    [503, 'retry', 'the event may have arrived'],
  ])('the answer %i: %s', async (status, type, words) => {
    api.faults.add({ kind: 'status', status, body: 'why' });
    const outcome = await send();
    expect(outcome).toMatchObject({ type, answer: `${status}: why` });
    expect((outcome as { reason: string }).reason.toLowerCase()).toContain(words.toLowerCase());
  });

  test('a request that is answered 5xx may have taken effect', async () => {
    api.faults.add({ kind: 'status', status: 502, after: true });
    expect(await send()).toMatchObject({ type: 'retry', uncertain: true });
  });

  test('429 costs no attempt and pauses the destination for as long as it asks', async () => {
    api.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    expect(await send()).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 7000 });
  });

  test('429 without Retry-After pauses the destination for a while', async () => {
    api.faults.add({ kind: 'status', status: 429 });
    expect(await send()).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 30_000 });
  });

  test('503 with a date in Retry-After waits until then', async () => {
    api.answer = {
      status: 503,
      headers: { 'Retry-After': new Date(Date.now() + 60_000).toUTCString() },
      body: '',
    };
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'retry' });
    expect((outcome as { delayMs: number }).delayMs).toBeGreaterThan(50_000);
    expect((outcome as { delayMs: number }).delayMs).toBeLessThanOrEqual(60_000);
  });

  test('a Retry-After of years becomes a day', async () => {
    api.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 1e9 });
    expect(await send()).toMatchObject({ delayMs: 24 * 60 * 60_000 });
  });

  test('a status that the settings count as success is done', async () => {
    api.faults.add({ kind: 'status', status: 409 });
    expect(await send({ success: '2xx, 409' })).toMatchObject({ type: 'done', answer: '409' });
  });

  test('a status that the settings exclude from success is not done', async () => {
    api.answer.status = 202;
    const outcome = await send({ success: '200' });
    expect(outcome).toMatchObject({ type: 'dead' });
    expect((outcome as { reason: string }).reason).toContain('FORWARD_SUCCESS');
  });

  test('a redirect is reported and never followed', async () => {
    const elsewhere = await startFakeOwnApi();
    api.answer = { status: 307, headers: { Location: `${elsewhere.url}?token=hidden` }, body: '' };
    const outcome = await send();
    expect(outcome).toMatchObject({ type: 'dead' });
    expect((outcome as { reason: string }).reason).toContain(
      `it redirects to http://${new URL(elsewhere.url).host}`,
    );
    expect(JSON.stringify(outcome)).not.toContain('hidden');
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test('only the beginning of a long answer is read and kept', async () => {
    api.answer.body = 'x'.repeat(50_000_000);
    const outcome = await send();
    expect(outcome.type).toBe('done');
    expect(outcome.answer).toHaveLength(1024);
  });

  test('the kept answer contains no secret', async () => {
    api.answer.body = 'You sent Bearer swordfish-2000 to /events?token=abcdef123';
    const outcome = await send({
      url: `${api.url}?token=abcdef123`,
      headers: { Authorization: 'Bearer swordfish-2000' },
    });
    expect(outcome.answer).toBe('200: You sent … to …');
  });
});

test('a body template that fails for an event is a dead letter with the error', async () => {
  const { experience, action } = sampleMessage('start').event;
  const message = messageOf({ action, experience: { id: experience.id, name: 'no description' } });
  const body = '{"why": {% if payload.timestamp %}""{% else %}{{ payload.experience.nothing }}{% endif %}}';
  destination = await http.open(
    { ...http.example, url: api.url, allowPrivate: true, body },
    servicesFor(http),
  );
  const outcome = await destination.send(message, attempt());
  expect(outcome).toMatchObject({ type: 'dead' });
  expect((outcome as { reason: string }).reason).toContain('undefined variable: payload.experience.nothing');
  expect(api.requests).toEqual([]);
});

describe('when there is no answer', () => {
  test('an answer that begins and never ends counts', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200).write('half');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const outcome = await send({ url: `http://127.0.0.1:${port}/`, timeoutMs: 150 });
    expect(outcome).toEqual({ type: 'done', answer: '200: half' });
    server.closeAllConnections();
    server.close();
  });

  test('a request that times out may have arrived', async () => {
    api.faults.add({ kind: 'hang', after: true });
    const outcome = await send({ timeoutMs: '150' });
    expect(outcome).toMatchObject({ type: 'retry', uncertain: true });
    expect((outcome as { reason: string }).reason).toContain('did not answer within 0.15 s');
  });

  test('a request that ends with its attempt may have arrived', async () => {
    api.faults.add({ kind: 'hang' });
    destination = await opened({ url: api.url });
    const outcome = await destination.send(
      sampleMessage('start'),
      attempt({ signal: AbortSignal.timeout(100) }),
    );
    expect(outcome).toMatchObject({ type: 'retry', uncertain: true });
  });

  test('a request to a port without a listener has not arrived', async () => {
    const { url } = api;
    await api.close();
    const outcome = await send({ url });
    const reason = `${new URL(url).host} cannot be reached: nothing is listening (ECONNREFUSED).`;
    expect(outcome).toEqual({ type: 'retry', reason });
  });

  test('a request to a host name that does not exist has not arrived', async () => {
    const outcome = await send({ url: 'https://nothing.invalid/' });
    expect(outcome).toMatchObject({ type: 'retry' });
    expect(outcome).not.toHaveProperty('uncertain');
  });
});
