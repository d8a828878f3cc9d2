import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { discord } from '../../../../receivers/destinations/discord/definition.ts';
import { type FakeDiscord, startFakeDiscord } from '../../../fakes/discord.ts';
import { SAMPLE_NAMES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { openKind, sendOnce } from '../common/opened.ts';

let fake: FakeDiscord;

beforeEach(async () => {
  fake = await startFakeDiscord();
});

afterEach(async () => {
  await fake.close();
});

const open = (settings: Record<string, unknown> = {}) =>
  openKind(discord, { webhookUrl: fake.webhookUrl, ...settings });

describe('Discord', () => {
  test('Discord gets a message for each event and report', async () => {
    const destination = await open();
    for (const name of SAMPLE_NAMES) {
      expect(await sendOnce(destination, sampleMessage(name))).toMatchObject({ type: 'done' });
    }
    const last = await sendOnce(destination, SAMPLE_REPORT);
    expect(last).toEqual({ type: 'done', answer: '{"id":"1300000000000000006"}' });
    expect(fake.messages.map(({ embeds }) => embeds[0]?.title)).toEqual([
      ...SAMPLE_NAMES.map(() => 'Backpack price test'),
      'Experiments on 9 October 2026\\: 2 started, 1 ended',
    ]);
  });

  test('Discord gets the message in a thread if the settings name one', async () => {
    await sendOnce(await open({ threadId: '1200000000000000000' }), sampleMessage('start'));
    expect(fake.messages[0]?.thread).toBe('1200000000000000000');
  });

  test('the error of a Discord forum channel says that a thread is needed', async () => {
    const forum = await startFakeDiscord({ isForum: true });
    const outcome = await sendOnce(await open({ webhookUrl: forum.webhookUrl }), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining('Set the thread’s ID.') });
    await forum.close();
  });

  test('Discord gets no request for at least a second after a rate limit', async () => {
    const body = '{"message":"You are being rate limited.","retry_after":0.65,"global":false}';
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 1, body });
    const outcome = await sendOnce(await open(), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 1000 });
  });

  test('Discord gets no request for the longer of the two waits that it asks for', async () => {
    const body = '{"message":"You are being rate limited.","retry_after":0.5}';
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 120, body });
    const outcome = await sendOnce(await open(), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 120_000 });
  });

  // The form of the error: https://docs.discord.com/developers/reference#error-messages
  test('Discord gets the message without its chart if it refuses the chart’s address', async () => {
    const body =
      '{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"image":{"url":{"_errors":[{"code":"URL_TYPE_INVALID_URL","message":"Not a well formed URL."}]}}}}}}';
    fake.faults.add({ kind: 'status', status: 400, body });
    const report = {
      ...SAMPLE_REPORT.report,
      image: { url: 'https://charts.example.com/c.png', description: 'C' },
    };
    const outcome = await sendOnce(await open(), { ...SAMPLE_REPORT, report });
    expect(outcome).toMatchObject({ type: 'done' });
    expect(fake.messages).toHaveLength(1);
    expect(fake.messages[0]?.embeds[0]).not.toHaveProperty('image');
  });

  test('the error for a deleted Discord webhook contains no secret', async () => {
    const destination = await open({ webhookUrl: `${fake.webhookUrl}x` });
    const outcome = await sendOnce(destination, sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining('Create a new one') });
    expect(JSON.stringify(outcome)).not.toContain('token-of-the-webhook');
    expect(await destination.check()).toEqual([expect.objectContaining({ state: 'fault' })]);
  });

  test.each([
    ['repeat', 2],
    ['skip', 1],
  ])('a message to Discord that may have arrived follows the setting: %s', async (unsure, expected) => {
    fake.faults.add({ kind: 'reset', after: true });
    const destination = await open({ unsure });
    const first = await sendOnce(destination, sampleMessage('start'));
    expect(first).toMatchObject({ type: 'retry', uncertain: true });
    const second = await sendOnce(destination, sampleMessage('start'), { uncertain: true });
    expect(second).toMatchObject({ type: 'done' });
    expect(fake.messages).toHaveLength(expected);
  });

  test('the check at start asks Discord whether the webhook exists', async () => {
    const checks = await (await open()).check();
    expect(checks).toEqual([expect.objectContaining({ state: 'ok', what: 'Discord webhook' })]);
    expect(fake.messages).toEqual([]);
  });

  test('an unreachable Discord got nothing', async () => {
    const destination = await open();
    await fake.close();
    const outcome = await sendOnce(destination, sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', reason: expect.stringContaining('ECONNREFUSED') });
    expect(outcome).not.toHaveProperty('uncertain');
    expect(await destination.check()).toEqual([expect.objectContaining({ state: 'fault' })]);
    fake = await startFakeDiscord();
  });
});

describe('the settings', () => {
  test.each([
    [{ webhookUrl: 'discord' }, 'Write the webhook’s URL'],
    // https://github.com/discord/discord-api-docs/issues/5424, https://github.com/timbru31/mms-stockshock/issues/45
    [{ webhookUrl: 'https://discord.com/api/webhooks/1/x/slack' }, 'Leave out /slack or /github'],
    [{ webhookUrl: 'https://discord.com/api/webhooks/1/x/github?wait=true' }, 'Leave out /slack or /github'],
    [{ webhookUrl: 'https://discord.com/api/webhooks/1/x', threadId: 'general' }, 'Write the thread’s ID'],
    [{ webhookUrl: 'https://discord.com/api/webhooks/1/x', unsure: 'maybe' }, 'Write “repeat” or “skip”.'],
  ])('the Discord settings %j are refused with what to write instead', (settings, message) => {
    const parsed = discord.settings.safeParse(settings);
    expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([expect.stringContaining(message)]);
  });
});
