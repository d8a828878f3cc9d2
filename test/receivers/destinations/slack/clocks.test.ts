import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { earliestTime } from '../../../../receivers/destinations/slack/history.ts';
import { type FakeSlack, startFakeSlack } from '../../../fakes/slack.ts';
import { messageOf, SAMPLE_REPORT, sampleMessage, samplePayload } from '../../../fixtures/messages.ts';
import { openDesk, tokenSettings } from './desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack();
});

afterEach(async () => {
  await fake.close();
});

test.each([-3 * DAY, -HOUR, 20 * 60_000, HOUR, 3 * DAY])(
  'a message is found again although the receiver’s clock was off by %d ms when it came',
  async (skew) => {
    const desk = await openDesk(tokenSettings(fake, { mode: 'message', unsure: 'skip' }));
    const payload = { ...samplePayload('start'), timestamp: Date.now() + skew };
    const message = messageOf(payload, { receivedAt: Date.now() + skew });
    await desk.attempt(message);
    for (let count = 0; count < 250; count += 1) {
      fake.say(`message ${count}`);
    }
    const outcome = await desk.deliver(message, { uncertain: true });
    expect(outcome.note).toBe('Already there, not sent again.');
    expect(fake.inChannel().filter(({ metadata }) => metadata !== null)).toHaveLength(1);
  },
);

test.each([-3 * DAY, 3 * DAY])(
  'a message is found again although Slack’s clock and the receiver’s differ by %d ms',
  async (skew) => {
    const slack = await startFakeSlack({ now: () => Date.now() + skew });
    const desk = await openDesk(tokenSettings(slack, { mode: 'message', unsure: 'skip' }));
    const message = sampleMessage('start', { receivedAt: Date.now() });
    await desk.attempt(message);
    for (let count = 0; count < 250; count += 1) {
      slack.say(`message ${count}`);
    }
    await desk.deliver(message, { uncertain: true });
    expect(slack.inChannel().filter(({ metadata }) => metadata !== null)).toHaveLength(1);
    await slack.close();
  },
);

test('a search has no limit if Slack’s time is not known, and otherwise goes back days by Slack’s clock', () => {
  const now = Date.UTC(2026, 9, 10);
  const report = { ...SAMPLE_REPORT, receivedAt: now };
  expect(earliestTime(report, null, now)).toBeNull();
  expect(earliestTime(report, 2 * HOUR, now)).toBeLessThan(now + 2 * HOUR - 4 * DAY);
});
