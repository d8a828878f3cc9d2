import { afterEach, expect, test } from '@jest/globals';
import { buttonsOf } from '../../fakes/slack/press.ts';
import { until } from '../../fixtures/until.ts';
import type { Stage } from '../intelligems/stage.ts';
import { actions, alarmed, replies, replyWith, setButtons } from './alarmed.ts';

let stage: Stage;

afterEach(async () => {
  await stage.close();
});

const POLICY = { AUTO_PAUSE_CHECKS: 'sample_ratio_mismatch' };

test('by default, an alarm pauses nothing', async () => {
  stage = await setButtons();
  await stage.start();
  await alarmed(stage);
  await replyWith(stage, 'visitors are not split as configured');
  await stage.delivered('email', 2);
  expect(actions(stage)).toEqual([]);
});

test('the policy pauses an experience when its alarm begins, and says so everywhere', async () => {
  stage = await setButtons(POLICY);
  const { smtp } = stage.world;
  await stage.start();
  const { id } = await alarmed(stage);
  const done = await replyWith(stage, 'paused automatically');
  expect(JSON.stringify(done.blocks)).toContain('AUTO_PAUSE_');
  expect(buttonsOf(done).map(({ text }) => text.text)).toEqual(['Resume']);
  expect(stage.intelligems.experience(id).status).toBe('paused');
  expect(stage.receiver.output).toContain('automatic pause requested');
  await stage.post();
  const webhook = await replyWith(stage, 'was paused');
  expect(JSON.stringify(webhook.blocks)).toContain('Done automatically, through the receiver.');
  await until(
    () => smtp.mails.map(({ raw }) => raw.replaceAll(/=\r\n|\r\n/g, ' ')).join('\n'),
    (mails) => mails.includes('paused automatically') && mails.includes('Done automatically'),
  );
  expect(actions(stage)).toEqual(['pause']);
});

test('the policy pauses no more than so many a day, and only the types that it names', async () => {
  stage = await setButtons({ ...POLICY, AUTO_PAUSE_PER_DAY: '1', AUTO_PAUSE_TYPES: 'pricing' });
  const { intelligems } = stage;
  await stage.start();
  const other = await alarmed(stage, 'Landing page');
  other.type = 'content/url';
  await replyWith(stage, 'Landing page: visitors are not split');
  const first = await alarmed(stage, 'First');
  first.type = 'pricing';
  await replyWith(stage, 'First: paused automatically');
  await stage.receiver.stop();
  await stage.start();
  const second = await alarmed(stage, 'Second');
  second.type = 'pricing';
  await replyWith(stage, 'Second: visitors are not split');
  await stage.receiver.printed(/AUTO_PAUSE_PER_DAY is reached/);
  expect([other, first, second].map(({ id }) => intelligems.experience(id).status)).toEqual([
    'started',
    'paused',
    'started',
  ]);
  expect(replies(stage).filter(({ text }) => text.includes('automatically'))).toHaveLength(1);
});
