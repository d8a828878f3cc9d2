import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleBody } from '../../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';

const KEY = 'a key with spaces in it';

let receiver: Receiver;
const data = temporaryFolder();

beforeAll(async () => {
  receiver = await Receiver.start({
    DATA_DIR: data.folder,
    ZAPIER_API_KEY: KEY,
    INTELLIGEMS_EXPERIMENT_URL: 'https://tests.example.com/{id}',
  });
});

afterAll(async () => {
  await receiver.kill();
  data.remove();
});

function call(method: string, path: string, body?: unknown, key = KEY): Promise<Response> {
  return fetch(`${receiver.url}/zapier/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const HOOK = { targetUrl: 'https://hooks.zapier.com/hooks/standard/1/', actions: ['startExperience'] };

test('the start lists Zapier among the destinations', () => {
  expect(receiver.output).toMatch(/delivering to .*Zapier\./);
  expect(receiver.output).not.toMatch(/Connect a destination/);
});

test('a subscription ends once, and ending an older one with the same URL does not end it', async () => {
  const idOf = async (made: Response) => ((await made.json()) as { id: string }).id;
  const made = await call('POST', 'hooks', HOOK);
  expect(made.status).toBe(201);
  const older = await idOf(made);
  const id = await idOf(await call('POST', 'hooks', { ...HOOK, filters: { category: 'experiment' } }));
  expect((await call('DELETE', `hooks/${older}`)).status).toBe(404);
  expect((await call('DELETE', `hooks/${id}`)).status).toBe(204);
  const gone = await call('DELETE', `hooks/${id}`);
  expect(gone.status).toBe(404);
  expect(gone.headers.get('content-type')).toContain('application/problem+json');
});

test.each([
  [400, 'not JSON', '{"targetUrl"'],
  [400, 'no targetUrl', { actions: [] }],
  [422, 'another host', { ...HOOK, targetUrl: 'https://hooks.zapier.com.evil.example/' }],
  [422, 'not encrypted', { ...HOOK, targetUrl: 'http://hooks.zapier.com/' }],
  [422, 'a name inside', { ...HOOK, targetUrl: 'https://me@hooks.zapier.com/' }],
  [422, 'this machine', { ...HOOK, targetUrl: 'http://127.0.0.1:80/' }],
  [422, 'no URL', { ...HOOK, targetUrl: 'hooks.zapier.com' }],
  [422, 'an unknown action', { ...HOOK, actions: ['cloneExperience'] }],
  [422, 'an unknown action in plain text', { ...HOOK, actions: 'cloneExperience' }],
  [422, 'actions that are no names', { ...HOOK, actions: { startExperience: true } }],
  [413, 'far too much', { ...HOOK, more: 'x'.repeat(20_000) }],
])('the Zapier API answers %i for %s', async (status, _, body) => {
  const response = await call('POST', 'hooks', body);
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});

test.each(['', 'wrong', `${KEY} `.repeat(2)])('the Zapier API answers 401 for the key “%s”', async (key) => {
  for (const [method, path] of [
    ['GET', 'events'],
    ['POST', 'hooks'],
    ['DELETE', 'hooks/1'],
  ] as const) {
    const response = await call(method, path, undefined, key);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(KEY);
  }
});

test('the Zapier API answers 422 for recent events of an unknown action', async () => {
  const response = await call('GET', 'events?action=startExperience&action=cloneExperience');
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ title: 'Unknown action' });
});

test('recent events are real, known, newest first, and of the requested actions', async () => {
  await receiver.post(sampleBody('start'));
  await receiver.post(sampleBody('pause'));
  await receiver.post('{"action": "cloneExperience"}');
  await receiver.post(sampleBody('end'));
  const titles = async (query: string) => {
    const events = (await (await call('GET', `events${query}`)).json()) as { event: string }[];
    return events.map(({ event }) => event);
  };
  expect(await titles('')).toEqual(['Experience Ended', 'Experience Paused', 'Experience Started']);
  const [newest] = (await (await call('GET', 'events')).json()) as Record<string, string>[];
  expect(newest?.link).toBe(`https://tests.example.com/${newest?.experience_id}`);
  expect(await titles('?limit=1')).toEqual(['Experience Ended']);
  expect(await titles('?limit=nonsense')).toHaveLength(1);
  expect(await titles('?action=startExperience')).toEqual(['Experience Started']);
  expect(await titles('?action=startExperience&action=endExperience')).toEqual([
    'Experience Ended',
    'Experience Started',
  ]);
  expect(await titles('?action=startExperience&action=startExperience')).toEqual(['Experience Started']);
  expect(await titles('?nameContains=backpack&action=pauseExperience')).toEqual(['Experience Paused']);
  expect(await titles('?nameContains=shipping')).toEqual([]);
  expect(await titles('?experienceType=shipping')).toEqual([]);
});
