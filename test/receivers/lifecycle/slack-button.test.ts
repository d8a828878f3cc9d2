import { afterEach, expect, test } from '@jest/globals';
import { buttonsOf } from '../../fakes/slack/press.ts';
import { until } from '../../fixtures/until.ts';
import type { Stage } from '../intelligems/stage.ts';
import { actions, alarmed, JONAS, MAYA, replies, replyWith, setButtons } from './alarmed.ts';

let stage: Stage;

afterEach(async () => {
  await stage.close();
});

const ALARM = 'visitors are not split as configured';

function press(label: string, user = MAYA.id): { url: string; label: string; user: string } {
  return { url: `${stage.receiver.url}/slack/actions`, label, user };
}

test('a press of Pause pauses the experience once, and the thread and the webhook name who did it', async () => {
  stage = await setButtons();
  const { slack, smtp } = stage.world;
  await stage.start();
  const { id } = await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  const [button] = buttonsOf(alarm);
  expect(button).toMatchObject({
    text: { text: 'Pause' },
    confirm: { text: { text: expect.stringContaining('stops showing it to visitors') } },
  });
  const [first, second] = await Promise.all([
    slack.press(alarm, press('Pause')),
    slack.press(alarm, press('Pause')),
  ]);
  expect([first?.status, second?.status]).toEqual([200, 200]);
  const done = await replyWith(stage, 'paused by Maya in Slack');
  expect(actions(stage)).toEqual(['pause']);
  expect(stage.intelligems.experience(id).status).toBe('paused');
  expect(buttonsOf(done).map(({ text }) => text.text)).toEqual(['Resume']);
  await stage.post();
  const webhook = await replyWith(stage, `was paused by ${MAYA.email}`);
  expect(JSON.stringify(webhook.blocks)).toContain('Done by Maya in Slack, through the receiver.');
  expect(JSON.stringify(webhook.blocks)).toContain(MAYA.id);
  await until(
    () => smtp.mails.map(({ raw }) => raw).join('\n'),
    (mails) => mails.includes('Done by Maya in Slack'),
  );
  const others = slack.whispers.filter(({ user }) => user !== MAYA.id);
  expect(others).toEqual([]);

  await slack.press(done, press('Resume'));
  await replyWith(stage, 'resumed by Maya in Slack');
  expect(actions(stage)).toEqual(['pause', 'start']);
  expect(stage.intelligems.experience(id).status).toBe('started');
});

test('someone who may not press is told politely whom to ask, and nothing happens', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start();
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  const response = await slack.press(alarm, press('Pause', JONAS.id));
  expect(response.status).toBe(200);
  const [whisper] = await until(
    () => slack.whispers,
    (whispers) => whispers.length === 1,
  );
  expect(whisper).toEqual({ user: JONAS.id, text: expect.stringContaining(`Ask ${MAYA.email}`) });
  expect(actions(stage)).toEqual([]);
});

test('the address of a person of another company who shares the channel counts for nothing', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  slack.strangers.add(MAYA.id);
  await stage.start();
  await alarmed(stage);
  await slack.press(await replyWith(stage, ALARM), press('Pause'));
  await until(
    () => slack.whispers,
    (whispers) => whispers.length === 1,
  );
  expect(actions(stage)).toEqual([]);
});

test('a listed user ID may press even if Slack says nothing about the person', async () => {
  stage = await setButtons({ SLACK_ACTORS: `${JONAS.id}, nobody@alpine-goods.example` });
  const { slack } = stage.world;
  slack.users.delete(JONAS.email);
  await stage.start();
  await alarmed(stage);
  await slack.press(await replyWith(stage, ALARM), press('Pause', JONAS.id));
  await replyWith(stage, 'paused by maya in Slack');
  expect(actions(stage)).toEqual(['pause']);
});

test('a press is answered within the three seconds of Slack even if Slack itself does not answer', async () => {
  stage = await setButtons({ SLACK_ACTORS: MAYA.id });
  const { slack } = stage.world;
  await stage.start();
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  slack.faults.add({ kind: 'hang' }, { path: 'users.info' });
  const before = performance.now();
  expect((await slack.press(alarm, press('Pause'))).status).toBe(200);
  expect(performance.now() - before).toBeLessThan(3_000);
  await replyWith(stage, 'paused by maya in Slack');
});

test('a message that was sent again has a button that works', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start({ CONSOLE_TOKEN: 'the-token-of-the-tests' });
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  const key = buttonsOf(alarm)[0]?.value ?? '';
  await fetch(`${stage.receiver.url}/console/api/events/${key}/replay`, {
    method: 'POST',
    headers: { authorization: 'Bearer the-token-of-the-tests', 'content-type': 'application/json' },
    body: JSON.stringify({ destinations: ['slack'] }),
  });
  const again = await until(
    () => replies(stage).filter(({ text }) => text.includes(ALARM))[1],
    (message) => message !== undefined,
  );
  await slack.press(again as typeof alarm, press('Pause'));
  await replyWith(stage, 'paused by Maya in Slack');
  expect(actions(stage)).toEqual(['pause']);
});

test('a wrong signature, an old one and a changed body are refused', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start();
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  const wrong = await slack.press(alarm, { ...press('Pause'), signingSecret: 'another-signing-secret' });
  expect(wrong.status).toBe(401);
  const old = await slack.press(alarm, { ...press('Pause'), signedAt: Date.now() - 301_000 });
  expect(old.status).toBe(401);
  expect(await old.json()).toMatchObject({ title: 'The request is too old' });
  const unsigned = await fetch(press('Pause').url, { method: 'POST', body: 'payload=%7B%7D' });
  expect(unsigned.status).toBe(401);
  const large = await fetch(press('Pause').url, { method: 'POST', body: 'x'.repeat(600_000) });
  expect(large.status).toBe(413);
  expect(actions(stage)).toEqual([]);
  expect(slack.whispers).toEqual([]);
});

test('a payload of another kind is answered, and a button that no report offers does nothing', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start();
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  const other = await slack.press(alarm, {
    ...press('Pause'),
    change: () => ({ type: 'shortcut', user: { id: MAYA.id }, callback_id: 'anything' }),
  });
  expect(other.status).toBe(200);
  for (const value of ['report_health_default_none', 'default:0', 'x']) {
    const forged = (payload: Record<string, unknown>): Record<string, unknown> => {
      const [action] = payload.actions as Record<string, unknown>[];
      return { ...payload, actions: [{ ...action, value }] };
    };
    expect((await slack.press(alarm, { ...press('Pause'), change: forged })).status).toBe(200);
  }
  await until(
    () => slack.whispers,
    (whispers) => whispers.length === 3,
  );
  expect(slack.whispers.every(({ text }) => text.includes('does not know the message'))).toBe(true);
  expect(actions(stage)).toEqual([]);
});

test('the same request twice, with a resumption in between, pauses once', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start();
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  const same = { ...press('Pause'), triggerId: '13345224609.738474920.8088930838d88f008e0' };
  await slack.press(alarm, same);
  await slack.press(await replyWith(stage, 'paused by Maya'), press('Resume'));
  await replyWith(stage, 'resumed by Maya');
  expect((await slack.press(alarm, same)).status).toBe(200);
  await until(
    () => slack.whispers.map(({ text }) => text),
    (texts) => texts.includes('This was already requested.'),
  );
  expect(actions(stage)).toEqual(['pause', 'start']);
});

test('an answer of Intelligems that gets lost is looked up, not repeated', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start();
  await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  stage.intelligems.faults.add({ kind: 'reset', after: true }, { path: '/actions/pause' });
  await slack.press(alarm, press('Pause'));
  await replyWith(stage, 'paused by Maya in Slack');
  expect(actions(stage)).toEqual(['pause']);
});

test('what is paused already is not paused again, and what has ended is not paused', async () => {
  stage = await setButtons();
  const { slack } = stage.world;
  await stage.start();
  const { id } = await alarmed(stage);
  const alarm = await replyWith(stage, ALARM);
  stage.intelligems.act(id, 'pause');
  await slack.press(alarm, press('Pause'));
  const needless = await replyWith(stage, 'already paused');
  expect(buttonsOf(needless)).toEqual([]);
  stage.intelligems.act(id, 'end');
  await slack.press(alarm, press('Pause'));
  const failed = await replyWith(stage, 'not paused');
  expect(JSON.stringify(failed.blocks)).toContain('It is ended, so it cannot be paused.');
  expect(actions(stage)).toEqual([]);
  expect(replies(stage).filter(({ text }) => text.includes('paused by'))).toEqual([]);
});

test('without a signing secret there are no buttons, and nothing takes presses', async () => {
  stage = await setButtons();
  delete stage.settings.SLACK_SIGNING_SECRET;
  delete stage.settings.SLACK_ACTORS;
  await stage.start();
  await alarmed(stage);
  expect(buttonsOf(await replyWith(stage, ALARM))).toEqual([]);
  const response = await fetch(press('Pause').url, { method: 'POST', body: 'payload=%7B%7D' });
  expect(response.status).toBe(404);
});
