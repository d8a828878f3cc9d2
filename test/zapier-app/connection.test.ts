import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { sampleBody, samplePayload } from '../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../fixtures/receiver.ts';
import { app, connectTo, failureOf, run } from './zap.ts';

const KEY = 'a key for the Zapier app';

let fake: FakeIntelligems;
let authData: Record<string, string>;

beforeEach(async () => {
  fake = await startFakeIntelligems({ token: 'a-token-of-some-length' });
  authData = connectTo(fake);
});

afterEach(() => fake.close());

// biome-ignore lint/suspicious/noExplicitAny: the definition also allows a request in place of a function.
const connect = app.authentication?.test as any;

test('is tried by a real call, and named by the end of the token', async () => {
  expect(await run(connect, { authData })).toEqual({ label: 'Access token ending in ngth' });
  expect(fake.requests).toHaveLength(1);
});

test('a wrong token is told', async () => {
  const failure = await failureOf(run(connect, { authData: { access_token: 'wrong' } }));
  expect(failure.text).toContain('does not accept the access token');
});

test('with a receiver, it is named by the organization that the token belongs to', async () => {
  const data = temporaryFolder();
  const receiver = await Receiver.start({ DATA_DIR: data.folder, ZAPIER_API_KEY: KEY });
  try {
    const all = { ...authData, receiver_url: `${receiver.url}/`, receiver_key: KEY };
    const label = async () => (await run<{ label: string }>(connect, { authData: all })).label;
    const organization = { id: 'another', name: 'Another Store' };
    await receiver.post(JSON.stringify({ ...samplePayload('start'), organization }));
    expect(await label()).toBe('Access token ending in ngth');
    fake.create();
    expect(await label()).toBe('Access token ending in ngth');
    await receiver.post(sampleBody('start'));
    await receiver.post(JSON.stringify({ ...samplePayload('end'), organization }));
    expect(await label()).toBe('Alpine Goods');
    const failure = await failureOf(run(connect, { authData: { ...all, receiver_key: 'wrong' } }));
    expect(failure.text).toContain('does not accept the Receiver Key');
  } finally {
    await receiver.kill();
    data.remove();
  }
});

test('half a receiver is told', async () => {
  const half = { ...authData, receiver_key: KEY };
  expect((await failureOf(run(connect, { authData: half }))).text).toContain('lacks the Receiver URL');
});
