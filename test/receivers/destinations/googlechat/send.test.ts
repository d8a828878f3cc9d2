import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Destination } from '../../../../receivers/contract/destination.ts';
import { googlechat } from '../../../../receivers/destinations/googlechat/definition.ts';
import { type FakeGoogleChat, startFakeGoogleChat } from '../../../fakes/google-chat.ts';
import { SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { openKind, sendOnce } from '../common/opened.ts';

let fake: FakeGoogleChat;
let opened: Destination[] = [];

beforeEach(async () => {
  fake = await startFakeGoogleChat();
});

afterEach(async () => {
  await Promise.all(opened.map((destination) => destination.close()));
  opened = [];
  await fake.close();
});

async function open(settings: Record<string, unknown> = {}): Promise<Destination> {
  const destination = await openKind(googlechat, { webhookUrl: fake.webhookUrl, ...settings });
  opened.push(destination);
  return destination;
}

describe('Google Chat', () => {
  test('Google Chat gets a card for each event, in a thread per experience of a source', async () => {
    const elsewhere = sampleMessage('start', { key: 'other', experienceKey: 'other:7c0d9a54' });
    for (const message of [sampleMessage('create'), sampleMessage('start'), elsewhere, SAMPLE_REPORT]) {
      expect(await sendOnce(await open(), message)).toMatchObject({ type: 'done' });
    }
    const threads = fake.messages.map(({ threadName }) => threadName);
    expect(threads[0]).toBe(threads[1]);
    expect(new Set(threads).size).toBe(3);
    expect(fake.messages.map(({ cardsV2 }) => cardsV2?.[0]?.card?.header?.title)).toEqual([
      'Backpack price test',
      'Backpack price test',
      'Backpack price test',
      'Experiments on 9 October 2026: 2 started, 1 ended',
    ]);
  });

  test('Google Chat gets at most one message a second from one destination', async () => {
    await fake.close();
    fake = await startFakeGoogleChat({ limitsRate: true });
    const destination = await open();
    const outcomes = await Promise.all([
      sendOnce(destination, sampleMessage('create')),
      sendOnce(destination, sampleMessage('start')),
    ]);
    expect(outcomes.map(({ type }) => type)).toEqual(['done', 'done']);
  });

  test('a rate limit of the space is waited for and costs no attempt', async () => {
    fake.faults.add({ kind: 'status', status: 429, body: '{"error":{"status":"RESOURCE_EXHAUSTED"}}' });
    expect(await sendOnce(await open(), sampleMessage('start'))).toMatchObject({
      type: 'retry',
      rateLimited: true,
    });
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    expect(await sendOnce(await open(), sampleMessage('start'))).toMatchObject({
      rateLimited: true,
      delayMs: 7000,
    });
  });

  test.each([
    [
      'a wrong token',
      'token=token-of-the-webhook',
      'token=wrong',
      'The token in the webhook’s URL is missing or not valid',
    ],
    ['a wrong key', 'key=key-of-the-webhook', 'key=wrong', 'The key in the webhook’s URL is not valid'],
    ['a deleted space', 'AAAAspace', 'BBBBspace', 'The space or its webhook no longer exists'],
  ])('the Google Chat error %s says what to do, without the secret', async (_, right, wrong, advice) => {
    const outcome = await sendOnce(
      await open({ webhookUrl: fake.webhookUrl.replace(right, wrong) }),
      sampleMessage('start'),
    );
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining(advice) });
    expect(JSON.stringify(outcome)).not.toMatch(/of-the-webhook/);
  });

  test.each([
    { unsure: 'repeat', honorsRequestIds: false, expected: 2 },
    { unsure: 'repeat', honorsRequestIds: true, expected: 1 },
    { unsure: 'skip', honorsRequestIds: false, expected: 1 },
  ])('a message to Google Chat that may have arrived follows the setting: %j', async (given) => {
    await fake.close();
    fake = await startFakeGoogleChat(given);
    fake.faults.add({ kind: 'reset', after: true });
    const destination = await open({ unsure: given.unsure });
    expect(await sendOnce(destination, sampleMessage('start'))).toMatchObject({
      type: 'retry',
      uncertain: true,
    });
    expect(await sendOnce(destination, sampleMessage('start'), { uncertain: true })).toMatchObject({
      type: 'done',
    });
    expect(fake.messages).toHaveLength(given.expected);
  });

  test('the check of Google Chat posts nothing, and notices a wrong key', async () => {
    expect(await (await open()).check()).toEqual([expect.objectContaining({ state: 'ok' })]);
    const wrong = await open({ webhookUrl: fake.webhookUrl.replace('key=', 'key=x') });
    expect(await wrong.check()).toEqual([
      expect.objectContaining({ state: 'fault', finding: expect.stringContaining('API_KEY_INVALID') }),
    ]);
    expect(fake.messages).toEqual([]);
  });
});

test.each(['chat', 'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=abc'])(
  'the URL %s is refused with where to find it',
  (webhookUrl) => {
    const parsed = googlechat.settings.safeParse({ webhookUrl });
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('Write the webhook’s whole URL'),
    ]);
  },
);
