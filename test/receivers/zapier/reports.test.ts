import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeIntelligems, startFakeIntelligems } from '../../fakes/intelligems.ts';
import { type FakeOwnApi, startFakeOwnApi } from '../../fakes/own-api.ts';
import { type FakeZapierHooks, startFakeZapierHooks } from '../../fakes/zapier-hooks.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import { app, performOf, run } from '../../zapier-app/zap.ts';

const KEY = 'a key for the Zapier app';

let fake: FakeIntelligems;
let hooks: FakeZapierHooks;
let api: FakeOwnApi;
let receiver: ReceiverHere;
let authData: Record<string, string>;
const data = temporaryFolder();

beforeAll(async () => {
  fake = await startFakeIntelligems({ rate: { size: 1000, refill: 1000, everyMs: 1000 } });
  hooks = await startFakeZapierHooks();
  api = await startFakeOwnApi();
  receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    ZAPIER_API_KEY: KEY,
    ZAPIER_TARGET_HOSTS: '127.0.0.1',
    INTELLIGEMS_API_URL: fake.url,
    INTELLIGEMS_ACCESS_TOKEN: fake.token,
    RESULTS_AFTER_SECONDS: '0',
    UPDATE_QUIET_SECONDS: '1',
    RECONCILE: 'off',
    RECONCILE_EVERY_SECONDS: '0.1',
    HEALTH_EVERY_SECONDS: '0.1',
  });
  process.env.INTELLIGEMS_BASE_URL = fake.url;
  authData = { access_token: fake.token, receiver_url: receiver.url, receiver_key: KEY };
});

afterAll(async () => {
  await receiver.stop();
  await Promise.all([fake.close(), hooks.close(), api.close()]);
  data.remove();
});

function subscribe(trigger: string, zap: string, inputData: object = {}): Promise<unknown> {
  const bundle = { authData, targetUrl: hooks.urlOf(zap), inputData: { ...inputData } };
  return run(performOf('triggers', trigger, 'performSubscribe'), bundle);
}

/** What a Zap gets of what it caught. */
function caughtBy(trigger: string, zap: string): Promise<Record<string, unknown>[]> {
  const [hook] = hooks.of(zap);
  const { headers, content } = hook ?? { headers: {}, content: '{}' };
  return run(performOf('triggers', trigger), {
    authData,
    rawRequest: { headers, content },
    cleanedRequest: JSON.parse(content),
  });
}

function postLast(): Promise<Response> {
  return receiver.post(String(fake.webhooks.at(-1)?.body));
}

test('results reach the Zaps that wait for them, with the keys of their sample, and not those that filter them out', async () => {
  const { id } = fake.create({ name: 'Backpack price test', type: 'pricing' });
  fake.act(id, 'start');
  await postLast();
  await subscribe('results_ready', 'ready');
  await subscribe('results_ready', 'shipping', { experience_type: 'shipping' });
  fake.measure(id, { verdict: 'strong_win', runtimeDays: 21 });
  fake.act(id, 'end');
  await postLast();
  await hooks.waitFor(1, 'ready');
  const [report] = await caughtBy('results_ready', 'ready');
  expect(report).toMatchObject({
    experience_id: id,
    experience_name: 'Backpack price test',
    verdict: 'strong_win',
    recommended_variation: 'Variation 1',
  });
  const { sample } = app.triggers.results_ready?.operation ?? {};
  expect(Object.keys(report ?? {}).sort()).toEqual(Object.keys(sample ?? {}).sort());
  expect(hooks.of('shipping')).toEqual([]);
  const perform = performOf('triggers', 'results_ready', 'performList');
  expect(await run(perform, { authData })).toMatchObject([{ id: report?.id, experience_id: id }]);
});

test('alarms reach the Zaps that wait for them: those that chose the alarm, when it begins or is over', async () => {
  const { id } = fake.create({ name: 'Shipping test', type: 'shipping' });
  fake.act(id, 'start');
  await subscribe('health_alert', 'every-alarm');
  await subscribe('health_alert', 'its-end', { alarm_state: 'It is over', checks: ['Not delivered'] });
  await subscribe('health_alert', 'another', { checks: ['no_visitors'] });
  await expect(subscribe('health_alert', 'unknown', { checks: ['no visits'] })).rejects.toThrow(
    /No check is called “no visits”/,
  );
  const { variations } = fake.experience(id);
  fake.update(id, { variations: variations.map((each) => ({ ...each, functionSyncError: true })) });
  await hooks.waitFor(1, 'every-alarm');
  fake.update(id, { variations });
  await hooks.waitFor(2, 'every-alarm');
  await hooks.waitFor(1, 'its-end');
  const [alert] = await caughtBy('health_alert', 'every-alarm');
  expect(alert).toMatchObject({ check: 'not_delivered', state: 'began', experience_id: id });
  const { sample } = app.triggers.health_alert?.operation ?? {};
  expect(Object.keys(alert ?? {}).sort()).toEqual(Object.keys(sample ?? {}).sort());
  expect(await caughtBy('health_alert', 'its-end')).toMatchObject([{ state: 'over' }]);
  expect(hooks.of('another')).toEqual([]);
  const perform = performOf('triggers', 'health_alert', 'performList');
  expect(await run(perform, { authData, inputData: { alarm_state: 'began' } })).toMatchObject([
    { id: alert?.id },
  ]);
});

test('a changed verdict reaches the Zaps that wait for it, with the verdict before', async () => {
  const { id } = fake.create({ name: 'Sitewide test', type: 'sitewide' });
  fake.act(id, 'start');
  await subscribe('verdict_changed', 'verdicts');
  const measured = [5010, 4990].map((visitors) => ({ visitors, orders: 250, revenue: 9000, profit: null }));
  fake.measure(id, { verdict: 'directional_win', runtimeDays: 12, measured });
  await hooks.waitFor(1, 'verdicts');
  fake.measure(id, { verdict: 'mixed_signals' });
  await hooks.waitFor(2, 'verdicts');
  const [first] = await caughtBy('verdict_changed', 'verdicts');
  expect(first).toMatchObject({ verdict: 'directional_win', previous_verdict: null, experience_id: id });
  const { sample } = app.triggers.verdict_changed?.operation ?? {};
  expect(Object.keys(first ?? {}).sort()).toEqual(Object.keys(sample ?? {}).sort());
  const [, second] = hooks.of('verdicts');
  expect(JSON.parse(second?.content ?? '')).toMatchObject({
    verdict: 'mixed_signals',
    previous_verdict: 'directional_win',
    previous_verdict_words: 'Leaning toward a win',
  });
});

test('a burst of changes runs a Zap once, with all changes in words', async () => {
  await subscribe('settings_changed', 'changed', { changed_settings: ['Traffic split'] });
  await subscribe('settings_changed', 'names', { changed_settings: ['name'] });
  await subscribe('settings_changed', 'shipping-only', { changed_settings: ['shipping'] });
  const payload = samplePayload('start');
  let { timestamp } = payload;
  const post = async (action: string, fields: object): Promise<void> => {
    timestamp += 1_000;
    const experience = {
      ...payload.experience,
      id: 'changing',
      organizationId: fake.organization.id,
      ...fields,
    };
    const body = { ...payload, action, timestamp, experience, organization: fake.organization };
    expect((await receiver.post(JSON.stringify(body))).status).toBe(200);
  };
  const [control, other] = payload.experience.variations as object[];
  const split = (share: number) => [
    { ...control, percentage: share },
    { ...other, percentage: 100 - share },
  ];
  await post('startExperience', { name: 'Before', variations: split(50) });
  await post('updateExperience', { name: 'Between', variations: split(60) });
  await post('updateExperience', { name: 'After', variations: split(80) });
  await hooks.waitFor(1, 'changed');
  await hooks.waitFor(1, 'names');
  const [event] = await caughtBy('settings_changed', 'changed');
  expect(event?.changes).toContain('Before');
  expect(event?.changes).toContain('After');
  expect(event?.changes).not.toContain('Between');
  expect(event?.changed_settings).toBe('Name, Variations, Traffic split');
  expect(hooks.of('changed')).toHaveLength(1);
  expect(hooks.of('shipping-only')).toEqual([]);
});
