import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ALL_SCOPES, type FakeSlack, type SlackChannel, startFakeSlack } from '../../../fakes/slack.ts';
import { NOW, sampleMessage } from '../../../fixtures/messages.ts';
import { type Desk, openDesk, tokenSettings } from './desk.ts';

// Sources: python-slack-sdk#1312 (private channels by name), #1494 and #1396 (long lists), #1043 (short pages).

let fake: FakeSlack;

beforeEach(async () => {
  fake = await startFakeSlack({ now: () => NOW });
});

afterEach(async () => {
  await fake.close();
});

function channel(details: Partial<SlackChannel> & Pick<SlackChannel, 'id' | 'name'>): SlackChannel {
  return { isPrivate: false, isMember: true, isArchived: false, ...details };
}

const NEW = channel({ id: 'C0NEWCHANNEL', name: 'experiments' });

const byName = (more: Record<string, unknown> = {}): Promise<Desk> =>
  openDesk(tokenSettings(fake, { channel: '#experiments', ...more }));

/** The findings about channels, as states. */
async function channelStates({ destination }: Desk): Promise<string[]> {
  const checks = await destination.check();
  return checks.filter(({ what }) => what.startsWith('Slack channel')).map(({ state }) => state);
}

describe.each(['card', 'message'])('A channel that is set by its name, in mode %s', (mode) => {
  test(`a named channel gets the first event, even if it is private (${mode})`, async () => {
    fake.channels[0]!.isPrivate = true;
    const desk = await byName({ mode });
    expect(await channelStates(desk)).toEqual(['ok']);
    await desk.deliver(sampleMessage('create'));
    expect(fake.inChannel()).toHaveLength(1);
  });

  test(`a name means the new channel with that name once the old one was renamed (${mode})`, async () => {
    const desk = await byName({ mode });
    await desk.deliver(sampleMessage('create'));
    fake.channels[0]!.name = 'experiments-old';
    fake.channels.push(NEW);
    await desk.deliver(sampleMessage('start'));
    await desk.deliver(sampleMessage('pause'));
    expect(fake.inChannel()).toHaveLength(1);
    expect(fake.inChannel(NEW.id).length).toBe(mode === 'card' ? 1 : 2);
    expect(await channelStates(desk)).toEqual(['ok']);
  });

  test(`a named channel is followed after it was renamed, and the check says so (${mode})`, async () => {
    const desk = await byName({ mode });
    await desk.deliver(sampleMessage('create'));
    fake.channels[0]!.name = 'tests';
    await desk.deliver(sampleMessage('start'));
    expect(fake.messages()).toHaveLength(2);
    const checks = await desk.destination.check();
    expect(checks.at(-1)).toMatchObject({
      state: 'warning',
      finding: 'The channel is now called #tests. Messages still go there.',
    });
  });

  test(`a name means the new channel with that name once the old one was archived or deleted (${mode})`, async () => {
    const desk = await byName({ mode });
    await desk.deliver(sampleMessage('create'));
    fake.channels[0]!.isArchived = true;
    fake.channels.push(NEW);
    await desk.deliver(sampleMessage('start'));
    expect(fake.inChannel(NEW.id)).toHaveLength(1);
    fake.channels.splice(1, 1, { ...NEW, id: 'C0THIRDCHANNEL' });
    await desk.deliver(sampleMessage('pause'));
    expect(fake.inChannel('C0THIRDCHANNEL')).toHaveLength(1);
  });

  test(`an archived named channel makes a dead letter and a fault of the check (${mode})`, async () => {
    const desk = await byName({ mode });
    await desk.deliver(sampleMessage('create'));
    fake.channels[0]!.isArchived = true;
    expect(await desk.attempt(sampleMessage('start'))).toMatchObject({
      type: 'dead',
      reason: expect.stringContaining('Unarchive it'),
    });
    expect(await channelStates(desk)).toEqual(['fault']);
  });
});

describe('A long list of channels', () => {
  beforeEach(() => {
    fake.setListPageSize(2);
    const others = Array.from({ length: 58 }, (_, index) =>
      channel({
        id: `C0OTHER${String(index).padStart(4, '0')}`,
        name: `other-${index}`,
        isArchived: index % 3 === 0,
      }),
    );
    fake.channels.unshift(...others);
  });

  test('the list of channels is read to its thirtieth page, and a message whose answer was lost is found', async () => {
    const desk = await byName({ unsure: 'skip', mode: 'message' });
    fake.faults.add({ kind: 'reset', after: true }, { path: 'chat.postMessage' });
    await desk.deliver(sampleMessage('create'));
    expect(fake.inChannel('C0123456789')).toHaveLength(1);
    expect(fake.calls.filter(({ method }) => method === 'conversations.list')).toHaveLength(30);
  });

  test('the list of channels is continued after a rate limit, not started over', async () => {
    const desk = await byName();
    let lists = 0;
    fake.faults.draw((request) => {
      lists += request.url?.endsWith('conversations.list') ? 1 : 0;
      return lists === 21 ? { kind: 'status', status: 429, retryAfterSeconds: 30 } : null;
    });
    expect(await desk.attempt(sampleMessage('create'))).toMatchObject({
      type: 'retry',
      rateLimited: true,
      delayMs: 30_000,
    });
    await desk.deliver(sampleMessage('create'));
    expect(fake.calls.filter(({ method }) => method === 'conversations.list')).toHaveLength(30);
  });

  test('a list of channels that never ends settles nothing, so with SLACK_UNSURE=skip nothing is posted twice', async () => {
    fake.channels.unshift(
      ...Array.from({ length: 60 }, (_, index) =>
        channel({ id: `C0MORE${String(index).padStart(4, '0')}`, name: `more-${index}` }),
      ),
    );
    const desk = await byName({ unsure: 'skip', mode: 'message' });
    const outcome = await desk.deliver(sampleMessage('create'), { uncertain: true });
    expect(outcome.note).toMatch(
      /^May have arrived in #experiments, so it was not sent again: the first \d+/,
    );
    expect(await channelStates(desk)).toEqual(['warning']);
  });
});

test('a token that may not list private channels does not treat a missing name as a missing channel', async () => {
  const limited = await startFakeSlack({
    scopes: ALL_SCOPES.filter((scope) => scope !== 'groups:read'),
    now: () => NOW,
  });
  const settings = tokenSettings(limited, {
    channel: '#experiments, #secret',
    unsure: 'skip',
    mode: 'message',
  });
  const desk = await openDesk(settings);
  expect(await channelStates(desk)).toEqual(['ok', 'warning']);
  const outcome = await desk.attempt(sampleMessage('create'), { uncertain: true });
  expect(outcome).toMatchObject({ type: 'done', note: expect.stringContaining('#secret: may have arrived') });
  expect(limited.messages()).toHaveLength(1);
  await limited.close();
});
