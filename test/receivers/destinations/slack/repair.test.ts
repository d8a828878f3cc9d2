import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Message } from '../../../../receivers/contract/message.ts';
import type { Fault } from '../../../fakes/faults.ts';
import { ALL_SCOPES, type FakeSlack, startFakeSlack } from '../../../fakes/slack.ts';
import { NOW, SAMPLE_NAMES, SAMPLE_REPORT, sampleMessage } from '../../../fixtures/messages.ts';
import { type Desk, openDesk, tokenSettings } from './desk.ts';

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack({ now: () => NOW });
});

afterEach(async () => {
  await fake.close();
});

const REPORT: Message = {
  ...SAMPLE_REPORT,
  report: { ...SAMPLE_REPORT.report, experienceId: sampleMessage('start').event.experience.id },
  experienceKey: sampleMessage('start').experienceKey,
};

/** As when the process was killed: what the attempt learned is lost, and the next one is uncertain. */
async function killedAttempt(desk: Desk, message: Message, uncertain = false): Promise<void> {
  const facts = new Map(desk.facts);
  await desk.attempt(message, { uncertain });
  desk.facts.clear();
  for (const [key, value] of facts) {
    desk.facts.set(key, value);
  }
}

describe('after a crash between the send and its record', () => {
  test('after a crash, a card is found, not posted again', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await killedAttempt(desk, sampleMessage('create'));
    await desk.deliver(sampleMessage('create'), { uncertain: true });
    await desk.deliver(sampleMessage('start'));
    expect(fake.inChannel()).toHaveLength(1);
    expect(fake.replies(fake.inChannel()[0]!)).toHaveLength(1);
  });

  test('after a crash, a reply is found, not posted again', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('create'));
    await killedAttempt(desk, sampleMessage('start'));
    const outcome = await desk.deliver(sampleMessage('start'), { uncertain: true });
    expect(outcome.note).toBe('Already there, not sent again.');
    expect(fake.replies(fake.inChannel()[0]!)).toHaveLength(1);
  });

  test('after a crash, a card that was posted again is found, not posted a third time', async () => {
    const desk = await openDesk(tokenSettings(fake));
    await desk.deliver(sampleMessage('create'));
    fake.remove(fake.inChannel()[0]!);
    await killedAttempt(desk, sampleMessage('update'));
    await desk.deliver(sampleMessage('update'), { uncertain: true });
    expect(fake.inChannel()).toHaveLength(1);
    expect(fake.replies(fake.inChannel()[0]!)).toHaveLength(1);
  });

  test.each([['message'], ['card']])(
    'after a crash, a report is found, not posted again (mode %s)',
    async (mode) => {
      const desk = await openDesk(tokenSettings(fake, { mode }));
      await desk.deliver(sampleMessage('start'));
      await killedAttempt(desk, REPORT);
      await desk.deliver(REPORT, { uncertain: true });
      expect(fake.messages()).toHaveLength(2);
    },
  );

  test('after a crash, a message far back in a busy channel is found over several pages', async () => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message', channel: '#experiments' }));
    await killedAttempt(desk, sampleMessage('start'));
    for (let count = 0; count < 450; count += 1) {
      fake.say(`chatter ${count}`);
    }
    await desk.deliver(sampleMessage('start'), { uncertain: true });
    expect(fake.inChannel().filter(({ metadata }) => metadata !== null)).toHaveLength(1);
    expect(fake.calls.filter(({ method }) => method === 'conversations.history')).toHaveLength(3);
  });

  test('after a crash, a message that never arrived is sent', async () => {
    const desk = await openDesk(tokenSettings(fake, { channel: '#experiments' }));
    await desk.deliver(sampleMessage('create'), { uncertain: true });
    await desk.deliver(sampleMessage('start'), { uncertain: true });
    expect(fake.messages()).toHaveLength(2);
  });

  test('after a crash, a failed search is tried again before anything is sent', async () => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message' }));
    await killedAttempt(desk, sampleMessage('start'));
    fake.faults.add({ kind: 'status', status: 500 }, { path: 'conversations.history' });
    const outcome = await desk.attempt(sampleMessage('start'), { uncertain: true });
    expect(outcome).toMatchObject({ type: 'retry', reason: 'C0123456789: Slack answered HTTP 500.' });
    await desk.deliver(sampleMessage('start'), { uncertain: true });
    expect(fake.messages()).toHaveLength(1);
  });
});

describe('a token that may not read the history', () => {
  const scopes = ALL_SCOPES.filter((scope) => !scope.endsWith(':history'));

  test.each([
    ['repeat', 2],
    ['skip', 1],
  ])(
    'without the history, a message that may have arrived follows the setting: %s',
    async (unsure, expected) => {
      const blind = await startFakeSlack({ scopes, now: () => NOW });
      const desk = await openDesk(tokenSettings(blind, { mode: 'message', unsure }));
      await desk.attempt(sampleMessage('start'));
      const outcome = await desk.deliver(sampleMessage('start'), { uncertain: true });
      expect(blind.messages()).toHaveLength(expected);
      if (unsure === 'skip') {
        expect(outcome.note).toMatch(
          /^May have arrived in C0123456789, so it was not sent again: the token lacks/,
        );
      }
      await blind.close();
    },
  );

  test('without the history, a card that is remembered is still updated', async () => {
    const blind = await startFakeSlack({ scopes, now: () => NOW });
    const desk = await openDesk(tokenSettings(blind, { unsure: 'skip' }));
    await desk.deliver(sampleMessage('create'));
    await desk.deliver(sampleMessage('start'), { uncertain: true });
    expect(blind.inChannel().map(({ text }) => text)).toEqual([expect.stringContaining('Running')]);
    await blind.close();
  });
});

const FAULTS: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'reset', after: true },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 500, after: true },
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
];

describe.each([
  ['card', '#experiments'],
  ['card', 'C0123456789, C0PRICING'],
  ['message', '#experiments, #pricing'],
])('under faults at random, in mode %s to %s', (mode, channel) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'each effect appears once despite random faults (seed %d)',
    async (seed) => {
      const random = generator(seed);
      fake.channels.push({
        id: 'C0PRICING',
        name: 'pricing',
        isPrivate: false,
        isMember: true,
        isArchived: false,
      });
      fake.faults.draw(() =>
        random() < 0.3 ? (FAULTS[Math.floor(random() * FAULTS.length)] as Fault) : null,
      );
      const desk = await openDesk(tokenSettings(fake, { mode, channel }));
      const messages = [...SAMPLE_NAMES.map((name) => sampleMessage(name)), REPORT];
      for (const message of messages) {
        let uncertain = random() < 0.3;
        while (random() < 0.3) {
          await killedAttempt(desk, message, uncertain);
          uncertain = true;
        }
        await desk.deliver(message, { uncertain });
      }
      fake.faults.clear();
      for (const id of channel.includes(',') ? ['C0123456789', 'C0PRICING'] : ['C0123456789']) {
        const seen = fake.messages().filter((each) => each.channel === id);
        const keys = seen.map(({ metadata }) => metadata?.event_payload.key);
        expect(keys.sort()).toEqual(messages.map(({ key }) => key).sort());
        if (mode === 'card') {
          const [card] = fake.inChannel(id);
          expect(card?.text).toContain('Deleted');
          expect(fake.replies(card!)).toHaveLength(messages.length - 1);
        }
      }
    },
  );
});

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
