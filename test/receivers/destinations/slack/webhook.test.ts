import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeSlack, startFakeSlack } from '../../../fakes/slack.ts';
import { SAMPLE_NAMES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { openDesk } from './desk.ts';

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack();
});

afterEach(async () => {
  await fake.close();
});

describe('an incoming webhook', () => {
  test('an incoming webhook gets a plain message for each event and report', async () => {
    const desk = await openDesk({ webhookUrl: fake.webhookUrl });
    for (const name of SAMPLE_NAMES) {
      await desk.deliver(sampleMessage(name));
    }
    await desk.deliver(SAMPLE_REPORT);
    expect(fake.inChannel().map(({ text }) => text)).toEqual([
      'Backpack price test was created by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was started by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was updated by jonas@alpine-goods.example (Alpine Goods)',
      'Backpack price test was paused by jonas@alpine-goods.example (Alpine Goods)',
      'Backpack price test was ended by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was deleted (Alpine Goods)',
      expect.stringContaining('Experiments on 9 October 2026'),
    ]);
  });

  test('the check at start says what an incoming webhook cannot do', async () => {
    const desk = await openDesk({ webhookUrl: fake.webhookUrl });
    const [check] = await desk.destination.check();
    expect(check).toMatchObject({ state: 'warning', finding: expect.stringContaining('plain messages') });
    expect(JSON.stringify(check)).not.toContain('abcdefghijklmnopqrstuvwx');
  });

  test.each([
    ['repeat', 2],
    ['skip', 1],
  ])(
    'a message to an incoming webhook that may have arrived follows the setting: %s',
    async (unsure, expected) => {
      fake.faults.add({ kind: 'status', status: 500, after: true });
      const desk = await openDesk({ webhookUrl: fake.webhookUrl, unsure });
      await desk.deliver(sampleMessage('start'));
      expect(fake.inChannel()).toHaveLength(expected);
    },
  );

  test('an incoming webhook gets the message without a chart that Slack cannot fetch', async () => {
    const image = { url: 'https://charts.example.com/gone.png', description: 'Gone' };
    fake.unfetchable.add(image.url);
    const desk = await openDesk({ webhookUrl: fake.webhookUrl });
    await desk.deliver({ ...SAMPLE_REPORT, report: { ...SAMPLE_REPORT.report, image } });
    expect(fake.inChannel()).toHaveLength(1);
    expect(JSON.stringify(fake.inChannel())).not.toContain('gone.png');
  });

  test('the check reports a deleted incoming webhook, and posts nothing', async () => {
    const removed = await openDesk({ webhookUrl: `${fake.webhookUrl}x` });
    expect(await removed.destination.check()).toEqual([
      expect.objectContaining({ state: 'warning' }),
      expect.objectContaining({ state: 'fault', finding: expect.stringContaining('removed or turned off') }),
    ]);
    await (await openDesk({ webhookUrl: fake.webhookUrl })).destination.check();
    expect(fake.messages()).toEqual([]);
  });

  test('an incoming webhook is retried after a rate limit, when Slack asks for it', async () => {
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 3 });
    const desk = await openDesk({ webhookUrl: fake.webhookUrl });
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 3000 });
  });

  test.each([
    [404, 'no_service', '(HTTP 404, no_service). The incoming webhook was removed or turned off.'],
    [403, 'action_prohibited', 'An administrator has restricted posting there.'],
    [410, 'channel_is_archived', 'Unarchive it'],
    [400, 'something_new', 'Check the incoming webhook’s URL'],
  ])('an incoming webhook that answers %d %s makes a dead letter', async (status, body, reason) => {
    fake.faults.add({ kind: 'status', status, body });
    const desk = await openDesk({ webhookUrl: fake.webhookUrl });
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining(reason), answer: body });
    expect(JSON.stringify(outcome)).not.toContain('abcdefghijklmnopqrstuvwx');
  });

  test('an unreachable incoming webhook got nothing', async () => {
    const { webhookUrl } = fake;
    await fake.close();
    const desk = await openDesk({ webhookUrl });
    const outcome = await desk.attempt(sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('ECONNREFUSED') });
    expect(outcome).not.toHaveProperty('uncertain');
    fake = await startFakeSlack();
  });
});
