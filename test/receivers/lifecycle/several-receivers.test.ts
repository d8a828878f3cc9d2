import { afterEach, expect, test } from '@jest/globals';
import { startLedgerDatabases } from '../../fixtures/ledger-databases.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';
import type { Stage } from '../intelligems/stage.ts';
import { actions, alarmed, MAYA, replies, replyWith, setButtons } from './alarmed.ts';

let stage: Stage;
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) {
    await close();
  }
});

test('presses that reach two receivers on one database pause once, and are confirmed once', async () => {
  const databases = await startLedgerDatabases();
  closers.push(() => databases.stop());
  const other = temporaryFolder();
  closers.push(() => other.remove());
  stage = await setButtons({ DATABASE_URL: await databases.create() });
  closers.push(() => stage.close());
  await stage.start();
  const second = await ReceiverHere.start({ ...stage.settings, DATA_DIR: other.folder });
  closers.push(() => second.stop());
  const { id } = await alarmed(stage);
  const alarm = await replyWith(stage, 'visitors are not split as configured');
  const answers = await Promise.all(
    [stage.receiver.url, second.url, stage.receiver.url, second.url].map((url) =>
      stage.world.slack.press(alarm, { url: `${url}/slack/actions`, label: 'Pause', user: MAYA.id }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await replyWith(stage, 'paused by Maya in Slack');
  expect(stage.intelligems.experience(id).status).toBe('paused');
  await stage.world.slack.press(alarm, { url: `${second.url}/slack/actions`, label: 'Pause', user: MAYA.id });
  await replyWith(stage, 'already paused');
  expect(actions(stage)).toEqual(['pause']);
  expect(replies(stage).filter(({ text }) => text.includes('paused by Maya'))).toHaveLength(1);
});
