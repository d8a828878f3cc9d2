import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { testMark } from '../../../receivers/inbound/test-mark.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { postSigned, SECRET, temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const TOKEN = 'the-token-of-the-tests';

/** The part of the description that tests read: paths, methods, and the schema of what is answered. */
type Description = Record<
  string,
  Record<string, { responses: { 200: { content: { 'application/json': { schema: object } } } } }>
>;

const ajv = new Ajv2020({ strict: false });

describe('the API of the console', () => {
  const home = temporaryFolder();
  let own: FakeOwnApi;
  let receiver: ReceiverHere;
  let key: string;
  let description: Description;

  beforeAll(async () => {
    own = await startFakeOwnApi();
    own.faults.add({ kind: 'status', status: 410 });
    receiver = await ReceiverHere.start({
      DATA_DIR: home.folder,
      CONSOLE_TOKEN: TOKEN,
      FORWARD_URL: own.url,
      FORWARD_ALLOW_PRIVATE: 'true',
    });
    const answer = (await (await receiver.post(sampleBody('start'))).json()) as { event: string };
    key = answer.event;
    await receiver.printed(/dead letter/);
    const described = await fetch(`${receiver.url}/console/api/openapi.json`);
    description = ((await described.json()) as { paths: Description }).paths;
  });
  afterAll(async () => {
    await receiver?.stop();
    await own?.close();
    home.remove();
  });

  async function call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; answer: never }> {
    const response = await fetch(`${receiver.url}/console/api${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const answer = (await response.json()) as never;
    if (response.ok) {
      holdToDescription(method, path, answer);
    }
    return { status: response.status, answer };
  }

  /** Fails where an answer has less or more than the description of its call says. */
  function holdToDescription(method: string, path: string, answer: unknown): void {
    const [written = ''] = path.split('?');
    const described = Object.entries(description).find(([template]) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(written),
    );
    const schema =
      described?.[1][method.toLowerCase()]?.responses[200].content['application/json'].schema ?? {};
    const validate = ajv.compile(schema);
    validate(answer);
    expect({ path, errors: validate.errors }).toEqual({ path, errors: null });
  }

  test('the API lists events, shows one, and previews it', async () => {
    expect((await call('GET', '/events?action=startExperience')).answer).toMatchObject({
      events: [{ key, experienceName: 'Backpack price test', deliveries: { dead: 1 } }],
    });
    const { answer } = await call('GET', `/events/${key}`);
    expect(answer).toMatchObject({
      event: { key, body: sampleBody('start').toString(), bodyEncoding: 'utf8' },
      deliveries: [{ destination: 'http', state: 'dead', attemptRecords: [{ outcome: 'dead' }] }],
    });
    expect((await call('GET', `/events/${key}/preview/email`)).answer).toMatchObject({
      document: { type: 'html' },
    });
    expect((await call('GET', '/events/evt_none')).status).toBe(404);
    expect((await call('GET', `/events/${key}/preview/fax`)).status).toBe(404);
  });

  test('the API says what is wrong with a request', async () => {
    expect((await call('GET', '/events?limit=many')).answer).toMatchObject({
      status: 400,
      detail: expect.stringContaining('limit'),
    });
    expect((await call('GET', '/events?from=yesterday')).answer).toMatchObject({
      status: 400,
      detail: expect.stringContaining('2026-10-10'),
    });
    expect((await call('POST', '/test', '{"destination":')).status).toBe(400);
    expect((await call('POST', '/dead-letters/replay', {})).answer).toMatchObject({ status: 400 });
    expect((await call('POST', `/events/${key}/replay`, { destinations: ['fax'] })).answer).toMatchObject({
      status: 400,
      detail: 'There is no destination “fax”. Known: http.',
    });
    expect((await call('GET', '/nothing')).answer).toMatchObject({ status: 404, title: 'Unknown call' });
  });

  test('the API says what a replay does, and replays a dead letter', async () => {
    const plan = await call('POST', `/events/${key}/replay`, { destinations: ['http'], dryRun: true });
    expect(plan.answer).toMatchObject({ steps: [{ destination: 'http', does: 'revive' }] });
    const { groups } = (await call('GET', '/dead-letters')).answer as {
      groups: { cause: string; count: number }[];
    };
    expect(groups).toMatchObject([
      { destination: 'http', count: 1, letters: [{ experienceName: 'Backpack price test' }] },
    ]);
    expect(
      (await call('POST', '/dead-letters/replay', { destination: 'http', cause: groups[0]?.cause })).answer,
    ).toEqual({ count: 1 });
    await receiver.printed(/delivered/);
    expect(own.requests.map(({ id }) => id)).toEqual([key, key]);
    expect((await call('GET', '/dead-letters')).answer).toMatchObject({ groups: [], counted: 0 });
  });

  test('the API sends a test event to one destination', async () => {
    const before = own.requests.length;
    const { answer } = await call('POST', '/test', { destination: 'http' });
    expect(answer).toMatchObject({ key: expect.stringMatching(/^evt_/) });
    while (own.requests.length === before) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await call('GET', '/events?origin=test')).answer).toMatchObject({ events: [{ origin: 'test' }] });
  });

  test('a signed webhook is a test only if its mark is signed with the secret too', async () => {
    const originWith = async (body: Buffer, mark: string): Promise<unknown> => {
      const posted = await postSigned(receiver.url, body, { headers: { 'x-receiver-test': mark } });
      const { event } = (await posted.json()) as { event: string };
      return (await call('GET', `/events/${event}`)).answer;
    };
    const bodies = (['pause', 'end', 'update', 'delete'] as const).map(sampleBody);
    const [pause, end, update, remove] = bodies as [Buffer, Buffer, Buffer, Buffer];
    expect(await originWith(pause, 'true')).toMatchObject({ event: { origin: 'webhook' } });
    expect(await originWith(end, testMark(end, 'another secret'))).toMatchObject({
      event: { origin: 'webhook' },
    });
    // The mark of another test does not fit this body.
    expect(await originWith(update, testMark(end, SECRET))).toMatchObject({ event: { origin: 'webhook' } });
    expect(await originWith(remove, testMark(remove, SECRET))).toMatchObject({ event: { origin: 'test' } });
  });

  test('the responses of all other API calls match their description', async () => {
    await postSigned(receiver.url, sampleBody('end'), { secret: 'a-forged-secret' });
    const { experienceId } = (
      (await call('GET', '/experiences')).answer as { experiences: { experienceId: string }[] }
    ).experiences[0] as { experienceId: string };
    const paths = ['/status', '/set-up', '/destinations', '/checks', '/previews', '/refused', '/export'];
    for (const path of [...paths, `/experiences/${experienceId}`]) {
      expect({ path, status: (await call('GET', path)).status }).toEqual({ path, status: 200 });
    }
    expect((await call('POST', '/destinations/http/check')).answer).toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ what: 'Your API', state: 'ok' })]),
    });
    expect((await call('GET', '/experiences/none')).status).toBe(404);
    expect((await call('POST', '/destinations/http/resume')).answer).toEqual({ resumed: 'http' });
    expect((await call('POST', '/dead-letters/dismiss', { ids: [1] })).answer).toEqual({ count: 0 });
    expect((await call('POST', '/test', { source: 'nobody' })).answer).toMatchObject({
      status: 400,
      detail: 'There is no source “nobody”. Known: default.',
    });
  });

  test('the API counts events and deliveries over time', async () => {
    const { answer } = await call('GET', '/timeline?range=7d');
    const { buckets } = answer as { buckets: { events: number }[] };
    expect(buckets).toHaveLength(28);
    expect(buckets.reduce((sum, { events }) => sum + events, 0)).toBeGreaterThan(0);
  });

  test('the OpenAPI description covers every call of the API', async () => {
    const { answer } = await call('GET', '/openapi.json');
    const { paths, openapi } = answer as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string; parameters: unknown[] }>>;
    };
    expect(openapi).toBe('3.1.0');
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { path, method } of operations) {
      const { status, answer: got } = await call(
        method.toUpperCase(),
        path.replaceAll(/\{\w+\}/g, 'none'),
        method === 'post' ? {} : undefined,
      );
      expect({
        path,
        known: (got as { title?: string }).title !== 'Unknown call',
        broke: status >= 500,
      }).toEqual({ path, known: true, broke: false });
    }
    expect(paths['/events']?.get?.parameters).toContainEqual(
      expect.objectContaining({
        name: 'action',
        in: 'query',
        required: false,
        description: 'One of the six actions.',
      }),
    );
  });

  test('the live stream announces changes to open pages', async () => {
    const login = await fetch(`${receiver.url}/console/login`, {
      method: 'POST',
      headers: { origin: receiver.url },
      body: new URLSearchParams({ token: TOKEN }),
      redirect: 'manual',
    });
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const stop = new AbortController();
    const stream = await fetch(`${receiver.url}/console/live`, { headers: { cookie }, signal: stop.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await receiver.post(sampleBody('end'));
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toContain('event: changed');
    stop.abort();
  });
});
