import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Attempt } from '../../../receivers/contract/destination.ts';
import type { Outcome } from '../../../receivers/contract/outcome.ts';
import { ZAPS } from '../../../receivers/zapier/names.ts';
import { render } from '../../../receivers/zapier/render.ts';
import { ZapDestination } from '../../../receivers/zapier/send.ts';
import { AWKWARD_MESSAGES, SAMPLE_REPORT, sampleMessage } from '../../fixtures/messages.ts';
import { ZapierDesk } from './desk.ts';

let desk: ZapierDesk;

beforeEach(async () => {
  desk = await ZapierDesk.open();
});

afterEach(() => desk.close());

/** What became of an event at each Zap. */
async function deliveriesTo(key: string) {
  return (await desk.ledger.deliveries(key)).filter(({ destination }) => destination === ZAPS);
}

test('every Zap that wants the event gets it, in a delivery with its own ID', async () => {
  const first = await desk.subscribe('first');
  await desk.subscribe('second', ['startExperience']);
  await desk.subscribe('third', ['endExperience']);
  const key = await desk.accept();
  await desk.hooks.waitFor(2);
  expect(desk.hooks.of('first')[0]?.headers['Http-webhook-id']).toBe(`${key}.${first.slice(0, 24)}`);
  expect(JSON.parse(desk.hooks.of('second')[0]?.content ?? '')).toMatchObject({ id: key });
  expect(desk.hooks.of('third')).toEqual([]);
  const { outcome } = await desk.ended('done', 'zapier');
  expect(outcome).toMatchObject({ note: 'Goes to 2 Zaps.' });
});

test('a Zap that was switched on while the clock was ahead does not wait for that time', async () => {
  await desk.subscribe('early', [], Date.now() + 3_600_000);
  await desk.accept();
  await desk.ended('done');
  expect(desk.caughtBy('early')).toEqual(['startExperience an-experience']);
});

test('a Zap does not get what happened before it was switched on', async () => {
  await desk.subscribe('later', [], Date.now());
  const fanOut = desk.zapier.destinations.find(({ name }) => name === 'zapier')?.destination;
  const before = attempt({ createdAt: Date.now() - 60_000 });
  expect(await fanOut?.send(sampleMessage('start'), before)).toMatchObject({
    note: 'No Zap is waiting for it.',
  });
});

test('a newer Zap gets an event that a person sends again, and the older ones get it once more', async () => {
  await desk.subscribe('early');
  const key = await desk.accept();
  await desk.hooks.waitFor(1);
  await desk.subscribe('later', [], Date.now());
  await desk.ledger.sendAgain(key, {
    destination: 'zapier',
    route: 'replay',
    dueAt: Date.now(),
    quietMs: null,
  });
  await desk.hooks.waitFor(1, 'later');
  await desk.hooks.waitFor(2, 'early');
  const ids = desk.hooks.caught.map(({ headers }) => headers['Http-webhook-id']);
  expect(new Set(ids).size).toBe(3);
});

describe('when one Zap cannot be reached', () => {
  beforeEach(async () => {
    await desk.subscribe('fine');
    await desk.subscribe('broken', ['startExperience']);
    desk.hooks.faults.add({ kind: 'status', status: 502 }, { path: '/broken', times: 3 });
  });

  test('a Zap that cannot be reached is tried again by itself', async () => {
    const key = await desk.accept();
    const { outcome } = await desk.ended('ready');
    expect(outcome).toMatchObject({
      reason: 'The event could not be sent to the Zap: Zapier answered with status 502.',
      uncertain: true,
    });
    await desk.hooks.waitFor(1, 'broken');
    expect(desk.hooks.of('fine')).toHaveLength(1);
    expect(await deliveriesTo(key)).toHaveLength(2);
  });

  test('other Zaps get the next event of the same experience at once', async () => {
    desk.hooks.faults.add({ kind: 'status', status: 502 }, { path: '/broken', times: 1_000 });
    await desk.accept('startExperience');
    await desk.ended('ready');
    await desk.accept('endExperience');
    await desk.hooks.waitFor(2, 'fine');
    expect(desk.caughtBy('fine')).toEqual(['startExperience an-experience', 'endExperience an-experience']);
    expect(desk.caughtBy('broken')).toEqual([]);
  });

  test('other Zaps get events of other experiences, however often one Zap fails', async () => {
    desk.hooks.faults.add({ kind: 'status', status: 502 }, { path: '/broken', times: 1_000 });
    for (let number = 1; number <= 7; number += 1) {
      await desk.accept('startExperience', `experience-${number}`);
      await desk.hooks.waitFor(number, 'fine');
    }
    const lastFailure = expect.stringContaining('status 502');
    expect(await desk.health()).toMatchObject({ pausedUntil: 0, failingSince: null, lastFailure });
  });

  test('a Zap that works again gets the events in order', async () => {
    await desk.subscribe('broken', ['startExperience', 'endExperience']);
    await desk.accept('startExperience');
    await desk.ended('ready');
    await desk.accept('endExperience');
    await desk.hooks.waitFor(2, 'broken');
    expect(desk.caughtBy('broken')).toEqual(['startExperience an-experience', 'endExperience an-experience']);
  });
});

test('the destination pauses if Zapier cannot be reached at all', async () => {
  await desk.subscribe('zap');
  desk.hooks.faults.add({ kind: 'reset' }, { times: 1_000 });
  for (let number = 1; number <= 3; number += 1) {
    await desk.accept('startExperience', `experience-${number}`);
  }
  await desk.ended('ready', ZAPS, 3);
  expect(await desk.health()).toMatchObject({ pauseReason: expect.stringContaining('failures in a row') });
});

test('a rate limit of Zapier lasts as long as Zapier asks, and costs no attempt', async () => {
  await desk.subscribe('zap');
  desk.hooks.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 700 });
  await desk.accept();
  const settlement = await desk.ended('ready');
  expect(settlement).toMatchObject({ attemptCounts: false, uncertain: false });
  expect(settlement.state === 'ready' && settlement.dueAt - settlement.finishedAt).toBe(700_000);
  expect(await desk.health()).toMatchObject({ pausedUntil: 0 });
});

test.each(['9999999999999', '7.1234567'])(
  'a rate limit of %s seconds is waited for, and stops nothing',
  async (retryAfter) => {
    await desk.subscribe('zap');
    desk.hooks.faults.add({ kind: 'status', status: 429, retryAfterSeconds: Number(retryAfter) });
    const key = await desk.accept();
    await desk.ended('ready');
    await desk.health();
    const [delivery] = await deliveriesTo(key);
    expect(delivery).toMatchObject({ state: 'ready' });
  },
);

test('a Zap that was switched on again at the same URL still gets what waited for it', async () => {
  await desk.subscribe('zap', [], Date.now());
  desk.hooks.faults.add({ kind: 'status', status: 503 });
  await desk.accept();
  await desk.ended('ready');
  await desk.subscribe('zap', [], Date.now() + 1_000);
  await desk.hooks.waitFor(1);
  const { outcome } = await desk.ended('done');
  expect(outcome).toMatchObject({ note: 'Sent to the Zap.' });
});

describe('a refusal', () => {
  beforeEach(async () => {
    await desk.subscribe('fine');
    desk.hooks.faults.add({ kind: 'status', status: 400 }, { path: '/refusing' });
  });

  test('an event that Zapier refuses becomes a dead letter that says what to do, and other Zaps get theirs', async () => {
    await desk.subscribe('refusing');
    await desk.accept();
    const settlement = await desk.ended('dead');
    expect(settlement.state === 'dead' && settlement.reason).toContain('Switch the Zap off and on again');
    await desk.hooks.waitFor(1, 'fine');
  });

  test('an event that Zapier refused reaches the Zap once it is switched off and on again, and no other Zap twice', async () => {
    const refusing = await desk.subscribe('refusing');
    const key = await desk.accept();
    await desk.ended('dead');
    await desk.subscriptions.remove(refusing);
    await desk.subscribe('anew', [], Date.now() + 1);
    const [letter] = await desk.ledger.deadLetters({ limit: 1 });
    await desk.ledger.reviveDeadLetters([letter?.id as number]);
    await desk.hooks.waitFor(1, 'anew');
    expect(JSON.parse(desk.hooks.of('anew')[0]?.content ?? '').id).toBe(key);
    expect(desk.hooks.of('fine')).toHaveLength(1);
  });
});

test('the status 410 ends the subscription', async () => {
  await desk.subscribe('gone');
  desk.hooks.switchOff('gone');
  await desk.accept();
  const { outcome } = await desk.ended('done');
  expect(outcome).toMatchObject({ note: expect.stringContaining('its subscription ended') });
  expect(await desk.subscriptions.all()).toEqual([]);
});

test('a subscription to a host that is no longer allowed ends without a call', async () => {
  await desk.add({ targetUrl: 'https://elsewhere.example/hook' }, 0);
  await desk.accept();
  await desk.ended('done');
  expect(await desk.subscriptions.all()).toEqual([]);
});

test('handing an event on twice, as after a crash, makes each delivery once', async () => {
  await desk.subscribe('first');
  await desk.subscribe('second');
  const key = await desk.accept();
  await desk.ended('done', 'zapier');
  await desk.subscribe('third');
  const fanOut = desk.zapier.destinations.find(({ name }) => name === 'zapier')?.destination;
  const message = { ...sampleMessage('start'), key };
  await fanOut?.send(message, attempt({ eventKey: key, createdAt: Date.now() }));
  await desk.hooks.waitFor(3);
  expect(await deliveriesTo(key)).toHaveLength(3);
  expect(desk.hooks.of('first')).toHaveLength(1);
});

test('reports do not go to Zaps for events', async () => {
  await desk.subscribe('zap');
  for (const { destination } of desk.zapier.destinations) {
    expect(await destination.send(SAMPLE_REPORT, attempt())).toMatchObject({ type: 'done' });
  }
  expect(desk.hooks.caught).toEqual([]);
});

test('the object for a Zap has the same keys for any event', () => {
  const [expected, ...shapes] = Object.values(AWKWARD_MESSAGES).map((message) =>
    Object.keys(render(message)),
  );
  for (const shape of shapes) {
    expect(shape).toEqual(expected);
  }
});

test('the check counts the Zaps', async () => {
  const fanOut = desk.zapier.destinations.find(({ name }) => name === 'zapier')?.destination;
  expect(await fanOut?.check()).toMatchObject([{ state: 'ok', finding: 'No Zap is on.' }]);
  await desk.subscribe('zap');
  expect(await fanOut?.check()).toMatchObject([{ finding: '1 Zap is on.' }]);
});

test.each([{ kind: 'hang' } as const, { kind: 'reset' } as const])(
  'a lost answer ($kind) may have arrived',
  async (fault) => {
    const { subscriptions, ledger } = desk;
    const zap = new ZapDestination(
      { targetHosts: ['127.0.0.1'], timeoutMs: 200 },
      { subscriptions, ledger, now: Date.now },
    );
    const id = await desk.subscribe('zap');
    desk.hooks.faults.add(fault);
    const outcome: Outcome = await zap.send(
      sampleMessage('start'),
      attempt({ route: `evt_1 for the Zap ${id.slice(0, 24)}` }),
    );
    expect(outcome).toMatchObject({ type: 'retry', uncertain: true });
    expect(outcome).not.toHaveProperty('ofRecipient', true);
  },
);

function attempt(fields: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    eventKey: 'evt_1',
    route: 'zapier',
    createdAt: 0,
    uncertain: false,
    signal: AbortSignal.timeout(20_000),
    recall: async () => null,
    ...fields,
  };
}
