import { afterEach, expect, test } from '@jest/globals';
import { until } from '../../fixtures/until.ts';
import type { Stage } from '../intelligems/stage.ts';
import { actions, alarmed, MAYA, replies, replyWith, setButtons } from './alarmed.ts';

let stage: Stage;

afterEach(async () => {
  await stage.close();
});

test('a receiver that dies while Intelligems pauses the experience pauses it once, and says so', async () => {
  stage = await setButtons();
  const receiver = await stage.startProcess();
  const { id } = await alarmed(stage);
  const alarm = await replyWith(stage, 'visitors are not split as configured');
  stage.intelligems.faults.add({ kind: 'hang', after: true }, { path: '/actions/pause' });
  const url = `${receiver.url}/slack/actions`;
  await stage.world.slack.press(alarm, { url, label: 'Pause', user: MAYA.id });
  await until(
    () => stage.intelligems.experience(id).status,
    (status) => status === 'paused',
  );
  await receiver.kill();
  await stage.start();
  await replyWith(stage, 'paused by Maya in Slack');
  expect(actions(stage)).toEqual(['pause']);
  expect(replies(stage).filter(({ text }) => text.includes('paused by Maya'))).toHaveLength(1);
});
