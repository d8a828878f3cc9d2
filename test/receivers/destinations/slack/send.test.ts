import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ALL_SCOPES, type FakeSlack, startFakeSlack } from '../../../fakes/slack.ts';
import {
  AWKWARD_MESSAGES,
  messageOf,
  NOW,
  SAMPLE_NAMES,
  SAMPLE_REPORT,
  sampleMessage,
  samplePayload,
} from '../../../fixtures/messages.ts';
import { openDesk, tokenSettings } from './desk.ts';

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack({ now: () => NOW, users: { 'jonas@alpine-goods.example': 'U0JONAS00' } });
});

afterEach(async () => {
  await fake.close();
});

const REPORT_ON_SAMPLE = {
  ...SAMPLE_REPORT,
  report: { ...SAMPLE_REPORT.report, experienceId: sampleMessage('start').event.experience.id },
  experienceKey: sampleMessage('start').experienceKey,
};

describe('the card', () => {
  test('the first event posts the card, and later ones update it and reply in its thread', async () => {
    const desk = await openDesk(tokenSettings(fake));
    for (const name of SAMPLE_NAMES) {
      await desk.deliver(sampleMessage(name));
    }
    const [card, ...more] = fake.inChannel();
    expect(more).toEqual([]);
    expect(card?.updates).toBe(5);
    expect(card?.text).toBe('Backpack price test: Deleted · Price · A/B test · Alpine Goods');
    expect(fake.replies(card!).map(({ text }) => text)).toEqual([
      'Backpack price test was started by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was updated by jonas@alpine-goods.example (Alpine Goods)',
      'Backpack price test was paused by jonas@alpine-goods.example (Alpine Goods)',
      'Backpack price test was ended by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was deleted (Alpine Goods)',
    ]);
    expect(JSON.stringify(fake.replies(card!)[1]?.blocks)).toContain('Price −5% 50 → 20%');
  });

  test('the card and each reply carry metadata by which they are found again', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('create'));
    await desk.deliver(sampleMessage('start'));
    const [card] = fake.inChannel();
    expect(card?.metadata).toEqual({
      event_type: 'intelligems_card',
      event_payload: {
        key: sampleMessage('create').key,
        destination: 'slack',
        experience_key: 'default:7c0d9a54-3b1e-4f3a-9d27-52f0c9a1b6e8',
        shown_at: sampleMessage('start').event.timestamp,
      },
    });
    expect(fake.replies(card!)[0]?.metadata).toEqual({
      event_type: 'intelligems_event',
      event_payload: { key: sampleMessage('start').key, destination: 'slack' },
    });
  });

  test('each experience has its own card', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('create'));
    await desk.deliver(AWKWARD_MESSAGES['missing fields']!);
    expect(fake.inChannel().map(({ text }) => text)).toEqual([
      'Backpack price test: Not started · Price · A/B test · preview only · Alpine Goods',
      'Unnamed experience (only-an-id): Paused',
    ]);
  });

  test('a card that was deleted in Slack is posted again, and used from then on', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('create'));
    fake.remove(fake.inChannel()[0]!);
    await desk.deliver(sampleMessage('start'));
    await desk.deliver(sampleMessage('pause'));
    const [card, ...more] = fake.inChannel();
    expect(more).toEqual([]);
    expect(card?.text).toContain('Paused');
    expect(fake.replies(card!).map(({ text }) => text)).toEqual([expect.stringContaining('was paused')]);
  });

  test('a card that is not remembered is found in the channel', async () => {
    await (await openDesk(tokenSettings(fake))).deliver(sampleMessage('create'));
    const forgetful = await openDesk(tokenSettings(fake));
    await forgetful.deliver(sampleMessage('start'));
    expect(fake.inChannel()).toHaveLength(1);
    expect(fake.inChannel()[0]?.text).toContain('Running');
  });

  test('a card of another destination in the same channel is left alone', async () => {
    await (await openDesk(tokenSettings(fake), 'first')).deliver(sampleMessage('create'));
    await (await openDesk(tokenSettings(fake), 'second')).deliver(sampleMessage('start'));
    expect(fake.inChannel()).toHaveLength(2);
  });

  test('a late event does not set the card back, and its reply says that it is late', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('end'));
    await desk.deliver(AWKWARD_MESSAGES.late!);
    const [card] = fake.inChannel();
    expect(card?.text).toContain('Ended');
    expect(JSON.stringify(fake.replies(card!))).toContain('Arrived late');
  });

  test('an old event that is sent again does not set the card back', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('create'));
    await desk.deliver(sampleMessage('end'));
    await desk.deliver(sampleMessage('start', { key: `${sampleMessage('start').key}-r1` }));
    const [card] = fake.inChannel();
    expect(card?.text).toContain('Ended');
    expect(fake.replies(card!)).toHaveLength(2);
  });
});

describe('plain messages', () => {
  test('in plain mode, each event is a message with the experience as it was then', async () => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message' }));
    for (const name of SAMPLE_NAMES) {
      await desk.deliver(sampleMessage(name));
    }
    expect(fake.inChannel()).toHaveLength(6);
    expect(fake.inChannel()[1]).toMatchObject({
      text: 'Backpack price test was started by maya@alpine-goods.example (Alpine Goods)',
      metadata: {
        event_type: 'intelligems_event',
        event_payload: { key: sampleMessage('start').key, destination: 'slack' },
      },
    });
  });

  test('a plain message does not mention anyone because of an experience’s name', async () => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message' }));
    await desk.deliver(AWKWARD_MESSAGES.mention!);
    expect(fake.inChannel()[0]?.text).toMatch(/^&lt;!channel&gt; &lt;@U123&gt;/);
  });
});

describe('a report', () => {
  test('a report is a message in the channel', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(SAMPLE_REPORT);
    expect(fake.inChannel().map(({ text }) => text)).toEqual([
      expect.stringContaining('Experiments on 9 October 2026: 2 started, 1 ended'),
    ]);
  });

  test('a report on an experience goes into the thread of its card', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('start'));
    await desk.deliver(REPORT_ON_SAMPLE);
    const [card, ...more] = fake.inChannel();
    expect(more).toEqual([]);
    expect(fake.replies(card!)).toHaveLength(1);
  });

  test('a report on an experience without a card goes into the channel', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('start'));
    fake.remove(fake.inChannel()[0]!);
    await desk.deliver(REPORT_ON_SAMPLE);
    const again = await desk.deliver(REPORT_ON_SAMPLE, { uncertain: true });
    expect(again.note).toBe('Already there, not sent again.');
    expect(fake.messages()).toHaveLength(1);
    expect(fake.inChannel()).toHaveLength(1);
  });
});

describe('people', () => {
  test('people that Slack knows are mentioned, and looked up once', async () => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message' }));
    await desk.deliver(sampleMessage('update'));
    await desk.deliver(sampleMessage('pause'));
    for (const message of fake.inChannel()) {
      expect(JSON.stringify(message.blocks)).toContain('{"type":"user","user_id":"U0JONAS00"}');
    }
    const lookups = fake.calls.filter(({ method }) => method === 'users.lookupByEmail');
    const addresses = lookups.map(({ parameters }) => parameters.email);
    expect(addresses).toEqual([...new Set(addresses)]);
  });

  test('people are shown by their address if the settings forbid mentions', async () => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message', mentions: 'false' }));
    await desk.deliver(sampleMessage('update'));
    expect(JSON.stringify(fake.inChannel()[0]?.blocks)).toContain('"text":"jonas@alpine-goods.example"');
    expect(fake.calls.map(({ method }) => method)).toEqual(['chat.postMessage']);
  });

  test('people are shown by their address if the token may not look them up, and Slack is asked once', async () => {
    const scopes = ALL_SCOPES.filter((scope) => scope !== 'users:read.email');
    const limited = await startFakeSlack({ scopes, now: () => NOW });
    const desk = await openDesk(tokenSettings(limited, { mode: 'message' }));
    await desk.deliver(sampleMessage('update'));
    await desk.deliver(sampleMessage('pause'));
    expect(limited.inChannel()).toHaveLength(2);
    expect(limited.calls.filter(({ method }) => method === 'users.lookupByEmail')).toHaveLength(1);
    await limited.close();
  });

  test('a failed lookup of a person does not hold a message back', async () => {
    fake.faults.add({ kind: 'status', status: 503 }, { times: 9, path: 'users.lookupByEmail' });
    const desk = await openDesk(tokenSettings(fake));
    expect(await desk.attempt(sampleMessage('update'))).toMatchObject({ type: 'done' });
  });
});

describe('channels', () => {
  test('a destination may have several channels, by name', async () => {
    fake.channels.push({
      id: 'C0PRICING',
      name: 'pricing',
      isPrivate: true,
      isMember: true,
      isArchived: false,
    });
    const desk = await openDesk(tokenSettings(fake, { channel: '#experiments, #pricing' }));
    await desk.deliver(sampleMessage('create'));
    await desk.deliver(sampleMessage('start'));
    for (const channel of ['C0123456789', 'C0PRICING']) {
      const [card, ...more] = fake.inChannel(channel);
      expect(more).toEqual([]);
      expect(fake.replies(card!)).toHaveLength(1);
    }
  });

  test('channels that fail are tried again without a repeat in the others', async () => {
    fake.channels.push({
      id: 'C0PRICING',
      name: 'pricing',
      isPrivate: false,
      isMember: false,
      isArchived: false,
    });
    const desk = await openDesk(
      tokenSettings(fake, { mode: 'message', channel: ['C0123456789', 'C0PRICING'] }),
    );
    expect(await desk.attempt(sampleMessage('start'))).toMatchObject({
      type: 'dead',
      reason:
        'C0PRICING: The app is not a member of the channel. Invite it there: /invite @the-app. (not_in_channel)',
    });
    fake.channels[1]!.isMember = true;
    await desk.deliver(sampleMessage('start'));
    expect(fake.inChannel('C0123456789')).toHaveLength(1);
    expect(fake.inChannel('C0PRICING')).toHaveLength(1);
  });
});

describe('failures', () => {
  test('a Slack rate limit lasts as long as Slack asks, and costs no attempt', async () => {
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 17 }, { path: 'chat.postMessage' });
    const desk = await openDesk(tokenSettings(fake));
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 17_000 });
    expect(outcome).not.toHaveProperty('uncertain');
    expect(fake.messages()).toEqual([]);
  });

  test.each([
    ['a page of HTML', { kind: 'status', status: 429, body: '<html>Too many requests</html>' }],
    ['an empty body', { kind: 'status', status: 429 }],
    ['ok: false', { kind: 'status', status: 200, body: '{"ok":false,"error":"ratelimited"}' }],
  ] as const)('a rate limit without a usable Retry-After is still a rate limit: %s', async (_, fault) => {
    fake.faults.add(fault, { path: 'chat.postMessage' });
    const desk = await openDesk(tokenSettings(fake));
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({
      type: 'retry',
      rateLimited: true,
      reason: expect.stringContaining('limiting'),
    });
    expect(outcome).not.toHaveProperty('uncertain');
    expect(outcome).not.toHaveProperty('delayMs');
  });

  test('after a server error, the message may have arrived', async () => {
    fake.faults.add({ kind: 'status', status: 503 }, { path: 'chat.postMessage' });
    const desk = await openDesk(tokenSettings(fake));
    expect(await desk.attempt(sampleMessage('start'))).toMatchObject({ type: 'retry', uncertain: true });
  });

  test('an attempt that takes too long is given up', async () => {
    fake.faults.add({ kind: 'hang' }, { path: 'chat.postMessage' });
    const desk = await openDesk(tokenSettings(fake, { mentions: false }));
    const outcome = await desk.attempt(sampleMessage('start'), { signal: AbortSignal.timeout(100) });
    expect(outcome).toMatchObject({
      type: 'retry',
      uncertain: true,
      reason: 'C0123456789: Slack did not answer in time.',
    });
  });

  test('an unreachable Slack got nothing', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await fake.close();
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('ECONNREFUSED') });
    expect(outcome).not.toHaveProperty('uncertain');
    fake = await startFakeSlack();
  });

  test('an answer that is not from Slack does not count as one', async () => {
    fake.faults.add(
      { kind: 'status', status: 200, body: '<html>Sign in</html>' },
      { path: 'chat.postMessage' },
    );
    const desk = await openDesk(tokenSettings(fake));
    expect(await desk.attempt(sampleMessage('start'))).toMatchObject({
      type: 'retry',
      uncertain: true,
      reason: expect.stringContaining('Something other than Slack answered.'),
    });
  });

  test.each([
    ['an unknown token', { token: 'xoxb-other' }, 'Slack does not accept the token.'],
    ['an unknown channel', { channel: 'C0UNKNOWN0' }, 'Slack does not know the channel'],
  ])('Slack’s error %s is a dead letter', async (_, settings, reason) => {
    const desk = await openDesk(tokenSettings(fake, settings));
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining(reason) });
    expect(JSON.stringify(outcome)).not.toContain('xoxb-');
  });

  test('the errors for an archived channel and a missing scope say what to do', async () => {
    fake.channels[0]!.isArchived = true;
    const desk = await openDesk(tokenSettings(fake));
    expect(await desk.attempt(sampleMessage('start'))).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('Unarchive it'),
    });
    const mute = await startFakeSlack({ scopes: ['channels:read'] });
    const muteDesk = await openDesk(tokenSettings(mute));
    expect(await muteDesk.attempt(sampleMessage('start'))).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('The token lacks the scope chat:write.'),
    });
    await mute.close();
  });

  test('a picture that Slack cannot fetch is left out', async () => {
    const desk = await openDesk(tokenSettings(fake));
    const image = { url: 'https://charts.example.com/gone.png', description: 'Gone' };
    fake.unfetchable.add(image.url);
    await desk.deliver({ ...SAMPLE_REPORT, report: { ...SAMPLE_REPORT.report, image } });
    expect(fake.inChannel()).toHaveLength(1);
    expect(JSON.stringify(fake.inChannel()[0]?.blocks)).not.toContain('gone.png');
  });

  test('an event without a time is still shown', async () => {
    const desk = await openDesk(tokenSettings(fake));
    const { timestamp: _, ...payload } = samplePayload('start');
    await desk.deliver(messageOf(payload));
    expect(fake.inChannel()).toHaveLength(1);
  });
});
