import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { teams } from '../../../../receivers/destinations/teams/definition.ts';
import { type FakeTeams, startFakeTeams } from '../../../fakes/teams.ts';
import { SAMPLE_NAMES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { openKind, sendOnce } from '../common/opened.ts';

let fake: FakeTeams;

beforeEach(async () => {
  fake = await startFakeTeams();
});

afterEach(async () => {
  await fake.close();
});

const open = (settings: Record<string, unknown> = {}) =>
  openKind(teams, { webhookUrl: fake.webhookUrl, ...settings });

describe('Teams', () => {
  test('Teams gets a card for each event and report', async () => {
    const destination = await open();
    for (const message of [...SAMPLE_NAMES.map((name) => sampleMessage(name)), SAMPLE_REPORT]) {
      expect(await sendOnce(destination, message)).toEqual({ type: 'done' });
    }
    expect(fake.cards.map(({ fallbackText }) => fallbackText)).toEqual([
      'Backpack price test was created by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was started by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was updated by jonas@alpine-goods.example (Alpine Goods)',
      'Backpack price test was paused by jonas@alpine-goods.example (Alpine Goods)',
      'Backpack price test was ended by maya@alpine-goods.example (Alpine Goods)',
      'Backpack price test was deleted (Alpine Goods)',
      'Experiments on 9 October 2026: 2 started, 1 ended',
    ]);
  });

  test.each([
    [401, '“Anyone” can trigger it'],
    [404, 'Turn it on'],
    [418, 'Check the workflow’s URL'],
  ])('a Teams webhook that answers %d makes a dead letter', async (status, advice) => {
    fake.faults.add({ kind: 'status', status });
    const outcome = await sendOnce(await open(), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining(advice) });
    expect(JSON.stringify(outcome)).not.toContain('signature-of-the-workflow');
  });

  test('the error for a Teams workflow that was turned off says to turn it on', async () => {
    fake.setEnabled(false);
    const outcome = await sendOnce(await open(), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'dead', reason: expect.stringContaining('Turn it on') });
    expect(outcome).toMatchObject({ reason: expect.not.stringContaining('Create the workflow again') });
  });

  test('Teams gets no request for as long as its rate limit asks', async () => {
    fake.faults.add({ kind: 'status', status: 429, retryAfterSeconds: 9 });
    const outcome = await sendOnce(await open(), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', rateLimited: true, delayMs: 9000 });
  });

  test('a rate limit that an older Teams connector reports with status 200 is understood', async () => {
    const body =
      'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429.';
    fake.faults.add({ kind: 'status', status: 200, body });
    const outcome = await sendOnce(await open(), sampleMessage('start'));
    expect(outcome).toMatchObject({ type: 'retry', rateLimited: true });
  });

  test.each([
    ['repeat', 2],
    ['skip', 1],
  ])('a message to Teams that may have arrived follows the setting: %s', async (unsure, expected) => {
    fake.faults.add({ kind: 'status', status: 502, after: true });
    const destination = await open({ unsure });
    const first = await sendOnce(destination, sampleMessage('start'));
    expect(first).toMatchObject({ type: 'retry', uncertain: true });
    const second = await sendOnce(destination, sampleMessage('start'), { uncertain: true });
    expect(second).toMatchObject({ type: 'done' });
    expect(fake.cards).toHaveLength(expected);
  });

  test('the check of Teams at start says what a timeout may lead to', async () => {
    const [check] = await (await open({ unsure: 'skip' })).check();
    expect(check).toMatchObject({ state: 'ok', finding: expect.stringContaining('may be missing') });
  });
});

test('an invalid Teams URL is refused with where to find the right one', () => {
  const parsed = teams.settings.safeParse({ webhookUrl: 'teams' });
  expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
    expect.stringContaining('Write the workflow’s URL'),
  ]);
});
