import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTransport } from '../../receivers/intelligems/transport.ts';
import { VendorClock } from '../../receivers/intelligems/vendor-clock.ts';
import { type IntelligemsSettings, intelligemsApi } from '../../shared/intelligems-api.ts';
import type { ApiFailure, ApiResult } from '../../shared/intelligems-failure.ts';
import { rateBudgets } from '../../shared/intelligems-rate.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';

let fake: FakeIntelligems;

beforeEach(async () => {
  fake = await startFakeIntelligems();
});

afterEach(() => fake.close());

function client(settings: Partial<IntelligemsSettings> = {}) {
  return intelligemsApi({
    token: fake.token,
    baseUrl: fake.url,
    backoffMs: 5,
    transport: openTransport(new VendorClock()),
    ...settings,
  });
}

function value<Value>(result: ApiResult<Value>): Value {
  if (!result.ok) {
    throw new Error(result.failure.message);
  }
  return result.value;
}

function failure(result: ApiResult<unknown>): ApiFailure {
  if (result.ok) {
    throw new Error('The call did not fail');
  }
  return result.failure;
}

describe('reading', () => {
  test('the client reads all pages of experiences, each once', async () => {
    const names = Array.from({ length: 230 }, (_, index) => fake.create({ name: `Test ${index}` }).name);
    const found: string[] = [];
    for await (const page of client().everyPage()) {
      found.push(...value(page).experiences.map(({ name }) => name ?? ''));
    }
    expect(found.sort()).toEqual(names.sort());
    expect(fake.requests).toHaveLength(3);
  });

  test('the client passes filters on', async () => {
    fake.create({ type: 'pricing' });
    const wanted = fake.create({ type: 'shipping', category: 'personalization' });
    fake.act(wanted.id, 'start');
    const query = { status: 'started', category: 'personalization', module: 'shipping' } as const;
    const page = value(await client().listExperiences(query));
    expect(page).toMatchObject({ total: 1, experiences: [{ id: wanted.id }] });
  });

  test('the client gives who acted: from the history in a list, from the actions of one experience', async () => {
    const { id } = fake.create({ name: 'Backpack price test', currency: 'EUR', type: 'pricing' });
    fake.act(id, 'start', 'jonas@alpine-goods.example');
    const listed = value(await client().listExperiences()).experiences[0];
    expect(listed?.people.at(-1)).toMatchObject({
      action: 'startExperience',
      email: 'jonas@alpine-goods.example',
    });
    expect(listed?.experienceActions[0]?.performedBy).toBeUndefined();
    expect(value(await client().experience(id))).toMatchObject({
      name: 'Backpack price test',
      currency: 'EUR',
      status: 'started',
      testTypes: ['hasTestPricing'],
      organizationId: fake.organization.id,
      experienceActions: [{ action: 'start', performedBy: 'jonas@alpine-goods.example' }],
    });
  });

  test('the client reads the change log, with bare email addresses', async () => {
    const { id } = fake.create();
    fake.update(id, { name: 'Renamed' }, 'maya@alpine-goods.example');
    const experience = value(await client().experience(id, { includeChangeLog: true }));
    expect(experience.changeLog).toMatchObject([
      { email: 'maya@alpine-goods.example', change: { experience: { changedFields: ['name'] } } },
    ]);
  });

  test('the client reads results with verdict, uplift, probability, impact, and chart', async () => {
    const { id } = fake.create();
    fake.measure(id, {
      verdict: 'strong_win',
      runtimeDays: 21,
      measured: [
        { visitors: 10_000, orders: 300, revenue: 24_000, profit: null },
        { visitors: 10_000, orders: 390, revenue: 31_200, profit: null },
      ],
      monthlyRevenueIncrease: 10_286,
    });
    const analytics = value(await client().analytics(id, { charts: ['net_revenue_per_visitor'] }));
    expect(analytics).toMatchObject({
      verdict: 'strong_win',
      runtimeDays: 21,
      bestChallenger: 'Variation 1',
      monthlyRevenueIncrease: 10_286,
      costsKnown: false,
    });
    const [control, challenger] = analytics.variations;
    expect(control).toMatchObject({ isControl: true, visitors: 10_000, orders: 300 });
    expect(control?.conversion).toMatchObject({ value: 0.03, uplift: null });
    expect(challenger?.conversion.uplift?.value).toBeCloseTo(0.3);
    expect(challenger?.revenuePerVisitor.probability).toBeGreaterThan(0.99);
    expect(challenger?.profitPerVisitor.value).toBeNull();
    const picture = await fetch(analytics.charts[0]?.url ?? '');
    expect(picture.headers.get('content-type')).toBe('image/png');
  });
});

describe('acting', () => {
  test('the client starts, pauses, and ends with a winner', async () => {
    const { id, variations } = fake.create();
    const api = client();
    expect(value(await api.act(id, 'start'))?.status).toBe('started');
    expect(value(await api.act(id, 'pause'))?.status).toBe('paused');
    const winner = variations[1]?.id ?? '';
    expect(value(await api.act(id, 'end', { variationId: winner }))?.status).toBe('ended');
    expect(JSON.parse(fake.requests.at(-1)?.body ?? '')).toEqual({ variationId: winner });
  });

  test('an action whose answer was lost is checked, not repeated', async () => {
    const { id } = fake.create();
    fake.faults.add({ kind: 'reset', after: true }, { path: '/actions/' });
    expect(value(await client().act(id, 'start'))?.status).toBe('started');
    expect(fake.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(fake.webhooks.filter(({ action }) => action === 'startExperience')).toHaveLength(1);
  });

  test.each([
    { kind: 'status', status: 500 } as const,
    { kind: 'hang' } as const,
    { kind: 'reset' } as const,
  ])('an action that failed before it took effect ($kind) is reported as uncertain', async (fault) => {
    const { id } = fake.create();
    fake.faults.add(fault, { path: '/actions/' });
    const failed = failure(await client({ timeoutMs: 100 }).act(id, 'start'));
    expect(failed).toMatchObject({ reason: 'unavailable', uncertain: true });
    expect(failed.message).toContain('it is pending');
    expect(fake.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('an action that met the rate limit is sent again', async () => {
    const { id } = fake.create();
    fake.faults.add({ kind: 'status', status: 429 }, { path: '/actions/' });
    expect(value(await client().act(id, 'start'))?.status).toBe('started');
  });

  test('an action that could not connect is tried again and is not uncertain', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const api = client({ baseUrl: `http://127.0.0.1:${port}`, attempts: 2 });
    const failed = failure(await api.act('2f4b8c1d-6a7e-4d59-8b30-91c2e5f7a014', 'start'));
    expect(failed).toMatchObject({ reason: 'unavailable', uncertain: false });
    expect(failed.message).toContain('ECONNREFUSED');
  });
});

describe('failures', () => {
  test('a wrong token gives unauthorized', async () => {
    const failed = failure(await client({ token: 'secret-but-wrong' }).listExperiences());
    expect(failed.reason).toBe('unauthorized');
    expect(failed.message).not.toContain('secret-but-wrong');
    expect(fake.requests).toHaveLength(1);
  });

  test('an unknown experience gives not found', async () => {
    const id = '2f4b8c1d-6a7e-4d59-8b30-91c2e5f7a014';
    expect(failure(await client().experience(id)).reason).toBe('not found');
  });

  test('a refused request gives the reasons in the vendor’s words', async () => {
    const failed = failure(await client().experience('no-uuid'));
    expect(failed).toMatchObject({
      reason: 'invalid',
      problems: [{ field: 'experienceId', message: 'Invalid UUID' }],
      message: 'Intelligems refused the request (status 400): experienceId: Invalid UUID.',
    });
    const { id } = fake.create();
    const nested = failure(await client().analytics(id, { charts: ['revenue_per_visitor'] }));
    expect(nested).toMatchObject({ problems: [{ field: 'graphs.ids', message: 'Invalid option' }] });
    const early = failure(await client().act(id, 'pause'));
    expect(early.message).toContain('Cannot pause an experience that is pending');
  });

  test('a wrong version of the API is reported as such, and not as a missing experience', async () => {
    const failed = failure(await client({ version: 'v1' }).listExperiences());
    expect(failed.message).toContain(`no list of experiences at ${fake.url}/v1 (status 404)`);
    expect(failed.message).toContain('Check the base URL and the version');
  });

  test('a passing failure is retried, and a lasting one is reported', async () => {
    fake.faults.add({ kind: 'status', status: 502 }, { times: 2 });
    fake.faults.add({ kind: 'reset' });
    expect((await client().listExperiences()).ok).toBe(true);
    expect(fake.requests).toHaveLength(4);
    fake.faults.add({ kind: 'status', status: 503 }, { times: 9 });
    expect(failure(await client().listExperiences())).toMatchObject({
      reason: 'unavailable',
      uncertain: false,
    });
    expect(fake.requests).toHaveLength(8);
  });

  test('no answer in time gives unavailable', async () => {
    fake.faults.add({ kind: 'hang' }, { times: 2 });
    const failed = failure(await client({ timeoutMs: 50, attempts: 2 }).listExperiences());
    expect(failed.message).toBe('Intelligems did not answer within 0.05 s.');
  });

  test('an address without a server gives unavailable', async () => {
    const failed = failure(await client({ baseUrl: 'http://127.0.0.1:1', attempts: 1 }).listExperiences());
    expect(failed.message).toBe(
      'Intelligems cannot be reached: nothing is listening at 127.0.0.1:1 (ECONNREFUSED).',
    );
  });

  test('a caller can cancel a call', async () => {
    fake.faults.add({ kind: 'hang' }, { times: 9 });
    const failed = failure(await client().listExperiences({}, AbortSignal.timeout(30)));
    expect(failed.reason).toBe('unavailable');
    expect(fake.requests.length).toBeLessThanOrEqual(1);
  });

  test('a redirect is not followed, so the token is not sent elsewhere', async () => {
    const elsewhere: string[] = [];
    const other = createServer((request, response) => {
      elsewhere.push(request.url ?? '');
      response.end('{}');
    });
    const redirecting = createServer((_, response) => {
      const { port } = other.address() as AddressInfo;
      response.writeHead(302, { location: `http://127.0.0.1:${port}/stolen` }).end();
    });
    for (const server of [other, redirecting]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const { port } = redirecting.address() as AddressInfo;
    const failed = failure(await client({ baseUrl: `http://127.0.0.1:${port}` }).listExperiences());
    expect(failed.message).toMatch(/redirect to http:\/\/127\.0\.0\.1:\d+\/stolen \(status 302\)/);
    expect(elsewhere).toEqual([]);
    for (const server of [other, redirecting]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('an undocumented answer is reported as such', async () => {
    fake.faults.add({ kind: 'status', status: 200, body: '<html>' }, { times: 9 });
    expect(failure(await client().listExperiences()).message).toContain('not in the documented form');
    fake.faults.clear();
    fake.faults.add({ kind: 'status', status: 200, body: '{"experiences":[]}' });
    expect(failure(await client().listExperiences()).message).toContain('not in the documented form');
  });
});

describe('the rate limit', () => {
  test('many calls at once wait for the rate limit, and none gets a 429', async () => {
    await fake.close();
    fake = await startFakeIntelligems({ rate: { size: 50, refill: 25, everyMs: 60 } });
    fake.create();
    const api = client();
    const results = await Promise.all(Array.from({ length: 120 }, () => api.listExperiences()));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(fake.requests.filter(({ status }) => status === 429)).toHaveLength(0);
  });

  test('two clients of one token share the rate limit', async () => {
    await fake.close();
    fake = await startFakeIntelligems({ rate: { size: 50, refill: 25, everyMs: 60 } });
    fake.create();
    const budgets = rateBudgets();
    const clients = [client({ budgets }), client({ budgets })];
    const calls = Array.from({ length: 120 }, (_, index) => clients[index % 2]?.listExperiences());
    expect((await Promise.all(calls)).every((result) => result?.ok)).toBe(true);
    expect(fake.requests.filter(({ status }) => status === 429)).toHaveLength(0);
  });

  test('a bucket that another client has emptied is waited for', async () => {
    await fake.close();
    fake = await startFakeIntelligems({ rate: { size: 4, refill: 2, everyMs: 60 } });
    fake.create();
    const clients = [client(), client()];
    const calls = Array.from({ length: 12 }, (_, index) => clients[index % 2]?.listExperiences());
    for (const result of await Promise.all(calls)) {
      expect(result?.ok).toBe(true);
    }
  });

  test('a call ends if the wait for the rate limit would be too long, and says how long', async () => {
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 30 }, { times: 2 });
    const api = client({ maxWaitMs: 0 });
    const failed = failure(await api.listExperiences());
    expect(failed).toMatchObject({ reason: 'rate limited' });
    expect(failed.reason === 'rate limited' && failed.retryAfterMs).toBeGreaterThan(29_000);
    expect(failure(await api.listExperiences()).reason).toBe('rate limited');
    expect(fake.requests).toHaveLength(1);
  });
});

describe('the fake', () => {
  test('the fake names who performed an action only after a while, and knows the webhooks of a life', async () => {
    await fake.close();
    let now = 1_788_271_331_000;
    fake = await startFakeIntelligems({ now: () => now, resolvesAfterMs: 120_000 });
    const { id } = fake.create();
    fake.act(id, 'start', 'jonas@alpine-goods.example');
    const performedBy = async () => value(await client().experience(id)).experienceActions[0]?.performedBy;
    expect(await performedBy()).toBeUndefined();
    now += 120_000;
    expect(await performedBy()).toBe('jonas@alpine-goods.example');
    fake.act(id, 'delete');
    expect(fake.webhooks.map(({ action }) => action)).toEqual([
      'createExperience',
      'startExperience',
      'deleteExperience',
    ]);
  });
});
