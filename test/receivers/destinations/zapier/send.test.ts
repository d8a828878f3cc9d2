import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Message, Outcome } from '../../../../receivers/destinations/contract.ts';
import { ZapierDestination } from '../../../../receivers/destinations/zapier/send.ts';
import { Subscriptions } from '../../../../receivers/zapier/subscriptions.ts';
import { ACTIONS, type Action } from '../../../../shared/events.ts';
import { readZapierFilter } from '../../../../shared/zapier-filter.ts';
import { type FakeZapierHooks, startFakeZapierHooks } from '../../../fakes/zapier-hooks.ts';
import { AWKWARD_MESSAGES, NOW, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';

let hooks: FakeZapierHooks;
let facts: Record<string, string>;
let subscriptions: Subscriptions;
let destination: ZapierDestination;

beforeEach(async () => {
  hooks = await startFakeZapierHooks();
  facts = {};
  subscriptions = new Subscriptions({
    async recallAll(_, prefix) {
      return Object.fromEntries(Object.entries(facts).filter(([key]) => key.startsWith(prefix)));
    },
    async remember(_, written) {
      Object.assign(facts, written);
    },
  });
  destination = open(10_000);
});

afterEach(() => hooks.close());

function open(timeoutMs: number): ZapierDestination {
  return new ZapierDestination({ targetHosts: ['127.0.0.1'], timeoutMs }, subscriptions);
}

async function subscribe(zap: string, actions: readonly Action[] = [], now = 0): Promise<string> {
  return subscriptions.add(hooks.urlOf(zap), readZapierFilter({ actions }), now);
}

/** Makes one attempt, and keeps what its outcome asks to remember. */
async function attempt(message: Message, number = 1, createdAt = message.receivedAt): Promise<Outcome> {
  const outcome = await destination.send(message, {
    number,
    createdAt,
    uncertain: false,
    signal: AbortSignal.timeout(20_000),
    recall: async (key) => facts[key] ?? null,
  });
  Object.assign(facts, outcome.remember);
  return outcome;
}

test('tells every Zap that wants the event, under an id of its own', async () => {
  const first = await subscribe('first');
  await subscribe('second', ['startExperience']);
  await subscribe('third', ['endExperience']);
  const message = sampleMessage('start');
  expect(await attempt(message)).toMatchObject({ type: 'done', note: 'Sent to 2 Zaps.' });
  expect(hooks.of('first')[0]?.headers['Http-webhook-id']).toBe(`${message.key}.${first}`);
  expect(hooks.of('third')).toEqual([]);
});

test('does not tell a Zap what happened before it was switched on', async () => {
  const message = sampleMessage('start');
  await subscribe('later', [], message.receivedAt + 1);
  expect(await attempt(message)).toMatchObject({ type: 'done', note: 'No Zap is waiting for it.' });
});

test('tells a Zap that was switched on since what a person has sent anew', async () => {
  const message = sampleMessage('start');
  await subscribe('later', [], message.receivedAt + 1);
  const anew = { ...message, key: `${message.key}-r1` };
  expect(await attempt(anew, 1, message.receivedAt + 2)).toMatchObject({ note: 'Sent to 1 Zap.' });
});

test('tries again only the Zaps that were not told, then forgets', async () => {
  await subscribe('fine');
  await subscribe('broken');
  hooks.faults.add({ kind: 'status', status: 500 }, { path: '/broken' });
  const message = sampleMessage('start');
  expect(await attempt(message)).toMatchObject({
    type: 'retry',
    reason: '1 Zap of 2 could not be told: Zapier gave status 500.',
    uncertain: true,
  });
  expect(await attempt(message, 2)).toMatchObject({ type: 'done', note: 'Sent to 1 Zap.' });
  expect(hooks.of('fine')).toHaveLength(1);
  expect(hooks.of('broken')).toHaveLength(1);
  expect(facts[`sent:${message.key}`]).toBe('');
});

test('waits as long as Zapier asks where it is at its limit', async () => {
  await subscribe('zap');
  hooks.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 7 });
  const outcome = await attempt(sampleMessage('start'));
  expect(outcome).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 7_000, uncertain: false });
});

test.each([{ kind: 'hang' } as const, { kind: 'reset' } as const])(
  'a lost answer ($kind) is uncertain',
  async (fault) => {
    destination = open(200);
    await subscribe('zap');
    hooks.faults.add(fault);
    expect(await attempt(sampleMessage('start'))).toMatchObject({ type: 'retry', uncertain: true });
  },
);

test('a refusal is a dead letter that tells what to do; the others are told', async () => {
  await subscribe('fine');
  await subscribe('refusing');
  hooks.faults.add({ kind: 'status', status: 400 }, { path: '/refusing' });
  const outcome = await attempt(sampleMessage('start'));
  expect(outcome).toMatchObject({ type: 'dead' });
  expect(outcome.type === 'dead' && outcome.reason).toContain('Switch the Zap off and on again');
  expect(hooks.of('fine')).toHaveLength(1);
});

test('a refused event reaches the Zap once it has been switched off and on again, and no other twice', async () => {
  await subscribe('fine');
  const refusing = await subscribe('refusing');
  hooks.faults.add({ kind: 'status', status: 400 }, { path: '/refusing' });
  const message = sampleMessage('start');
  await attempt(message);
  await subscriptions.remove(refusing);
  await subscribe('anew', [], message.receivedAt + 60_000);
  expect(await attempt(message)).toMatchObject({ type: 'done', note: 'Sent to 1 Zap.' });
  expect(hooks.of('fine')).toHaveLength(1);
  expect(hooks.of('anew')).toHaveLength(1);
});

test('410 ends the subscription', async () => {
  await subscribe('gone');
  hooks.switchOff('gone');
  expect(await attempt(sampleMessage('start'))).toMatchObject({ type: 'done' });
  expect(await subscriptions.all()).toEqual([]);
});

test('a subscription to a host that is no longer allowed ends without a call', async () => {
  await subscriptions.add('https://elsewhere.example/hook', readZapierFilter({}), 0);
  expect(await attempt(sampleMessage('start'))).toMatchObject({ type: 'done' });
  expect(await subscriptions.all()).toEqual([]);
});

test('reports are not for Zaps', async () => {
  await subscribe('zap');
  expect(await attempt(SAMPLE_REPORT)).toMatchObject({ type: 'done' });
  expect(hooks.caught).toEqual([]);
});

test('whatever the event, the object has the same keys', async () => {
  await subscribe('zap');
  const messages = [sampleMessage('start', { receivedAt: NOW }), ...Object.values(AWKWARD_MESSAGES)];
  for (const message of messages) {
    expect(await attempt(message)).toMatchObject({ type: 'done', note: 'Sent to 1 Zap.' });
  }
  const [expected, ...shapes] = hooks.caught.map(({ content }) => Object.keys(JSON.parse(content)));
  for (const shape of shapes) {
    expect(shape).toEqual(expected);
  }
  expect(ACTIONS).toContain(JSON.parse(hooks.caught[0]?.content ?? '').action_type);
});

test('the check counts the Zaps', async () => {
  expect(await destination.check()).toMatchObject([{ state: 'ok', finding: 'No Zap is switched on.' }]);
  await subscribe('zap');
  expect(await destination.check()).toMatchObject([{ finding: '1 Zap is switched on.' }]);
});
