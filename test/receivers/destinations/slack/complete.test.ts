import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ExperienceMessage } from '../../../../receivers/contract/message.ts';
import { type FakeSlack, startFakeSlack } from '../../../fakes/slack.ts';
import { NOW, sampleMessage } from '../../../fixtures/messages.ts';
import { type Desk, openDesk, tokenSettings } from './desk.ts';

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack({ now: () => NOW });
});

afterEach(async () => {
  await fake.close();
});

const UNKNOWN = { triggeredBy: null };
const KNOWN = { triggeredBy: 'noor@alpine-goods.example' };

function complete({ destination, facts }: Desk, message: ExperienceMessage) {
  return destination.complete?.(message, {
    number: 1,
    eventKey: 'evt_1',
    route: 'all',
    createdAt: NOW,
    uncertain: false,
    signal: AbortSignal.timeout(20_000),
    recall: async (key) => facts.get(key) ?? null,
  });
}

test('the card and the reply are edited to show who caused an event, without a new message', async () => {
  const desk = await openDesk(tokenSettings(fake));
  await desk.deliver(sampleMessage('create', UNKNOWN));
  await desk.deliver(sampleMessage('start', UNKNOWN));
  const [card] = fake.inChannel();
  expect(JSON.stringify([card, fake.replies(card!)])).not.toContain('noor');

  expect(await complete(desk, sampleMessage('start', KNOWN))).toMatchObject({ type: 'done' });

  const [after, ...others] = fake.inChannel();
  expect(others).toEqual([]);
  expect(JSON.stringify(after?.blocks)).toContain('noor@alpine-goods.example');
  expect(fake.replies(after!).map(({ text }) => text)).toEqual([
    'Backpack price test was started by noor@alpine-goods.example (Alpine Goods)',
  ]);
});

test('a plain message is edited to show who caused an event', async () => {
  const desk = await openDesk(tokenSettings(fake, { mode: 'message' }));
  await desk.deliver(sampleMessage('start', UNKNOWN));
  await complete(desk, sampleMessage('start', KNOWN));
  expect(fake.inChannel().map(({ text }) => text)).toEqual([
    'Backpack price test was started by noor@alpine-goods.example (Alpine Goods)',
  ]);
});

test('a deleted card is not posted again to show who caused an event', async () => {
  const desk = await openDesk(tokenSettings(fake));
  expect(await complete(desk, sampleMessage('start', KNOWN))).toMatchObject({ type: 'done' });
  expect(fake.inChannel()).toEqual([]);
});
