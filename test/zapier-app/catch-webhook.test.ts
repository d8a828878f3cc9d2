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

test('Catch Intelligems Webhook gives a signed webhook in the common form', async () => {
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
  'the signature is found under %s',
  async (header) => {
    expect(await run(perform, { authData, ...caught(body, SECRET, header) })).toHaveLength(1);
  },
);

test('the signature is read from another header if the Zap names one', async () => {
  const inputData = { signature_header: 'X-Signature' };
  const bundle = { authData, inputData, ...caught(body, SECRET, 'Http-X-Signature') };
  expect(await run(perform, bundle)).toHaveLength(1);
});

test('either of two secrets is accepted while they are being changed', async () => {
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

test('the trigger runs most of the vectors', () => {
  expect(zapierCases.length).toBeGreaterThan(50);
});

test.each(zapierCases)('the trigger gives the verdict of the vectors: $name', async (vector) => {
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

test('a request without a signature is ignored, so a scanner does not count as an error of the Zap', async () => {
  for (const headers of [{}, { 'Http-X-Intelligems-Signature': ' ' }]) {
    const bundle = { authData, rawRequest: { headers, content: body }, cleanedRequest: JSON.parse(body) };
    expect(await run(perform, bundle as ZapBundle)).toEqual([]);
  }
});

test('a changed webhook is refused with what to compare', async () => {
  const bundle = caught(body, SECRET);
  const changed: ZapBundle = { ...bundle, rawRequest: { ...bundle.rawRequest, content: `${body} ` } };
  const failure = await failureOf(run(perform, { authData, ...changed }));
  expect(failure.text).toContain('does not prove that Intelligems sent it');
  expect(failure.text).not.toContain(SECRET);
});

test('a missing secret is reported when the Zap is tested and when it runs', async () => {
  const without = { access_token: fake.token };
  for (const each of [perform, performOf('triggers', 'catch_webhook', 'performList')]) {
    const failure = await failureOf(run(each, { authData: without, ...caught(body, SECRET) }));
    expect(failure.text).toContain('no Webhook Secret');
    expect(failure.text).toContain('Settings, Webhooks');
  }
});

test('a missing secret is reported in the editor', async () => {
  const [notice] = app.triggers.catch_webhook?.operation.inputFields ?? [];
  const fields = (bundle: ZapBundle) => run(notice as (z: ZObject, bundle: Bundle) => object[], bundle);
  expect(await fields({ authData })).toEqual([]);
  const told = await fields({ authData: { access_token: fake.token } });
  expect(told).toMatchObject([{ type: 'copy', helpText: expect.stringContaining('no Webhook Secret') }]);
});

test('an event that was not chosen, or is unknown, does not run the Zap', async () => {
  const inputData = { events: ['endExperience'] };
  expect(await run(perform, { authData, inputData, ...caught(body, SECRET) })).toEqual([]);
  const unknown = JSON.stringify({ action: 'cloneExperience', experience: { id: '1' } });
  expect(await run(perform, { authData, ...caught(unknown, SECRET) })).toEqual([]);
});

test.each([['Experience Ended'], ['endExperience, Experience Paused'], [['experience ended']]])(
  'the Events field %j means the events it names, and not all',
  async (events) => {
    const inputData = { events };
    expect(await run(perform, { authData, inputData, ...caught(body, SECRET) })).toEqual([]);
    const end = sampleBody('end').toString();
    expect(await run(perform, { authData, inputData, ...caught(end, SECRET) })).toHaveLength(1);
  },
);

test.each([['experience_ended'], [['startExperience', 'cloneExperience']], [[7]]])(
  'the Events field %j is refused with the events that exist',
  async (events) => {
    const failure = await failureOf(
      run(perform, { authData, inputData: { events }, ...caught(body, SECRET) }),
    );
    expect(failure.text).toContain(String([events].flat().at(-1)));
    expect(failure.text).toContain('Experience Created (createExperience), Experience Started');
  },
);

test('the editor gets recent events as samples', async () => {
  const { id } = fake.create({ name: 'Backpack price test' });
  fake.act(id, 'start');
  const events = await run(performOf('triggers', 'catch_webhook', 'performList'), { authData });
  expect(events).toMatchObject([{ experience_id: id, action_type: 'startExperience' }]);
});
