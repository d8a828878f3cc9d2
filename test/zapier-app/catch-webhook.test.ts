import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Bundle, ZObject } from 'zapier-platform-core';
import { eventKey } from '../../shared/event-key.ts';
import { sampleEvent } from '../../zapier-app/samples.ts';
import { type FakeIntelligems, startFakeIntelligems } from '../fakes/intelligems.ts';
import { eventOf, sampleBody, samplePayload } from '../fixtures/messages.ts';
import { bodyOf, httpCases } from '../shared/vectors.ts';
import { app, caught, connectTo, failureOf, performOf, run, type ZapBundle } from './zap.ts';

const SECRET = 'a secret for the tests';
const perform = performOf('triggers', 'catch_webhook');
const body = sampleBody('start').toString();

let fake: FakeIntelligems;
let authData: Record<string, string>;

beforeEach(async () => {
  fake = await startFakeIntelligems();
  authData = { ...connectTo(fake), webhook_secret: SECRET };
});

afterEach(() => fake.close());

test('gives a signed webhook in the common form', async () => {
  const [event] = await run(perform, { authData, ...caught(body, SECRET) });
  expect(Object.keys(event)).toEqual(Object.keys(sampleEvent('startExperience')));
  expect(event).toMatchObject({
    id: eventKey('', eventOf(samplePayload('start')), Buffer.from(body)),
    experience_name: 'Backpack price test',
    action_type: 'startExperience',
    experience_type: 'pricing',
    timestamp: '2026-09-02T09:30:00.000Z',
    triggered_by_email: 'maya@alpine-goods.example',
    store: 'alpine-goods.myshopify.com',
    variations: [
      { name: 'Control', percentage: 50 },
      { name: 'Price −5%', percentage: 50 },
    ],
  });
});

test.each(['Http-X-Intelligems-Signature', 'HTTP_X_INTELLIGEMS_SIGNATURE', 'x-intelligems-signature'])(
  'finds the signature under %s',
  async (header) => {
    expect(await run(perform, { authData, ...caught(body, SECRET, header) })).toHaveLength(1);
  },
);

test('reads the signature from another header where the Zap names one', async () => {
  const inputData = { signature_header: 'X-Signature' };
  const bundle = { authData, inputData, ...caught(body, SECRET, 'Http-X-Signature') };
  expect(await run(perform, bundle)).toHaveLength(1);
});

test('takes either of two secrets while they are being changed', async () => {
  const both = { ...authData, webhook_secret: 'older newer' };
  expect(await run(perform, { authData: both, ...caught(body, 'newer') })).toHaveLength(1);
  expect(await run(perform, { authData: both, ...caught(body, 'older') })).toHaveLength(1);
});

/** The vectors that Zapier can hand over: the body is text, the secret has no space around it, several none inside. */
const zapierCases = httpCases.filter((vector) => {
  const bytes = Buffer.from(bodyOf(vector));
  const [secret = '', ...further] = vector.secrets;
  const isWritable =
    further.length === 0 ? secret.trim() === secret : !vector.secrets.some((each) => /\s/.test(each));
  return isWritable && Buffer.from(bytes.toString()).equals(bytes);
});

test('meets most of the vectors', () => {
  expect(zapierCases.length).toBeGreaterThan(50);
});

test.each(zapierCases)('gives the verdict of the vectors: $name', async (vector) => {
  const bundle: ZapBundle = {
    authData: { ...authData, webhook_secret: vector.secrets.join(' ') },
    rawRequest: {
      method: 'POST',
      headers: vector.signature === null ? {} : { 'Http-X-Intelligems-Signature': vector.signature },
      content: Buffer.from(bodyOf(vector)).toString(),
    },
  };
  if (vector.verdict.ok || vector.signature === null || vector.signature.trim() === '') {
    await expect(run(perform, bundle)).resolves.toEqual(expect.any(Array));
  } else {
    expect((await failureOf(run(perform, bundle))).text).toContain(`"${vector.verdict.reason}"`);
  }
});

test('ignores a request without a signature, so that a scanner does not count as an error of the Zap', async () => {
  for (const headers of [{}, { 'Http-X-Intelligems-Signature': ' ' }]) {
    const bundle = { authData, rawRequest: { headers, content: body }, cleanedRequest: JSON.parse(body) };
    expect(await run(perform, bundle as ZapBundle)).toEqual([]);
  }
});

test('refuses what was changed on the way, and says what to compare', async () => {
  const bundle = caught(body, SECRET);
  const changed: ZapBundle = { ...bundle, rawRequest: { ...bundle.rawRequest, content: `${body} ` } };
  const failure = await failureOf(run(perform, { authData, ...changed }));
  expect(failure.text).toContain('does not prove that Intelligems sent it');
  expect(failure.text).not.toContain(SECRET);
});

test('says that the secret is missing, when the Zap is tested and when it runs', async () => {
  const without = { access_token: fake.token };
  for (const each of [perform, performOf('triggers', 'catch_webhook', 'performList')]) {
    const failure = await failureOf(run(each, { authData: without, ...caught(body, SECRET) }));
    expect(failure.text).toContain('no Webhook Secret');
    expect(failure.text).toContain('Settings, Webhooks');
  }
});

test('tells of the missing secret while the Zap is made', async () => {
  const [notice] = app.triggers.catch_webhook?.operation.inputFields ?? [];
  const fields = (bundle: ZapBundle) => run(notice as (z: ZObject, bundle: Bundle) => object[], bundle);
  expect(await fields({ authData })).toEqual([]);
  const told = await fields({ authData: { access_token: fake.token } });
  expect(told).toMatchObject([{ type: 'copy', helpText: expect.stringContaining('no Webhook Secret') }]);
});

test('gives nothing for an event that was not chosen, nor for one that nobody knows', async () => {
  const inputData = { events: ['endExperience'] };
  expect(await run(perform, { authData, inputData, ...caught(body, SECRET) })).toEqual([]);
  const unknown = JSON.stringify({ action: 'cloneExperience', experience: { id: '1' } });
  expect(await run(perform, { authData, ...caught(unknown, SECRET) })).toEqual([]);
});

test.each([['Experience Ended'], ['endExperience, Experience Paused'], [['experience ended']]])(
  'takes %j for the events it names, and not for all',
  async (events) => {
    const inputData = { events };
    expect(await run(perform, { authData, inputData, ...caught(body, SECRET) })).toEqual([]);
    const end = sampleBody('end').toString();
    expect(await run(perform, { authData, inputData, ...caught(end, SECRET) })).toHaveLength(1);
  },
);

test.each([['experience_ended'], [['startExperience', 'cloneExperience']], [[7]]])(
  'refuses %j among the events, and names those there are',
  async (events) => {
    const failure = await failureOf(
      run(perform, { authData, inputData: { events }, ...caught(body, SECRET) }),
    );
    expect(failure.text).toContain(String([events].flat().at(-1)));
    expect(failure.text).toContain('Experience Created (createExperience), Experience Started');
  },
);

test('offers what happened lately as samples', async () => {
  const { id } = fake.create({ name: 'Backpack price test' });
  fake.act(id, 'start');
  const events = await run(performOf('triggers', 'catch_webhook', 'performList'), { authData });
  expect(events).toMatchObject([{ experience_id: id, action_type: 'startExperience' }]);
});
