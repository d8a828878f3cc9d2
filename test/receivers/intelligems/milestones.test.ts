import { expect, test } from '@jest/globals';
import { parseMail } from '../../fakes/smtp.ts';
import { startFakeZapierHooks } from '../../fakes/zapier-hooks.ts';
import { until } from '../../fixtures/until.ts';
import { setStage } from './stage.ts';

const DAY_MS = 86_400_000;

test('a milestone is reported when an experience has been live for its number of days, once even through a restart', async () => {
  let agoMs = 0;
  const stage = await setStage({ now: () => Date.now() - agoMs });
  const { intelligems, world } = stage;
  Object.assign(stage.settings, {
    MILESTONES_TO: 'email',
    MILESTONE_DAYS: '7,14',
    RECONCILE_EVERY_SECONDS: '0.2',
    RECONCILE: 'off',
  });
  const start = (name: string, liveMs: number): void => {
    agoMs = liveMs;
    const { id } = intelligems.create({ name });
    intelligems.act(id, 'start');
    agoMs = 0;
  };
  start('Long known', 7 * DAY_MS + 3_600_000);
  start('Young', DAY_MS);
  await stage.start();
  start('Backpack price test', 7 * DAY_MS - 300);
  await until(
    () => world.smtp.mails.length,
    (mails) => mails > 0,
  );
  await stage.receiver.stop();
  await stage.start();
  const asked = intelligems.requests.length;
  await until(
    () => intelligems.requests.length,
    (requests) => requests > asked + 3,
  );
  const subjects = (await Promise.all(world.smtp.mails.map(parseMail))).map(({ subject }) => subject);
  expect(subjects).toHaveLength(1);
  expect(subjects[0]).toContain('Backpack price test has been live for 7 days');
  await stage.close();
});

test('with RECONCILE=off and no reports, Intelligems is asked for milestones once a Zap wants them', async () => {
  let agoMs = 0;
  const stage = await setStage({ now: () => Date.now() - agoMs });
  const hooks = await startFakeZapierHooks();
  const { intelligems } = stage;
  await stage.start({
    ZAPIER_API_KEY: 'a key for Zapier',
    ZAPIER_TARGET_HOSTS: '127.0.0.1',
    MILESTONE_DAYS: '7',
    RECONCILE_EVERY_SECONDS: '0.2',
  });
  agoMs = 7 * DAY_MS - 300;
  const { id } = intelligems.create({ name: 'Backpack price test' });
  intelligems.act(id, 'start');
  agoMs = 0;
  expect(intelligems.requests).toEqual([]);
  const subscribed = await fetch(`${stage.receiver.url}/zapier/hooks`, {
    method: 'POST',
    headers: { authorization: 'Bearer a key for Zapier', 'content-type': 'application/json' },
    body: JSON.stringify({ targetUrl: hooks.urlOf('milestones'), subject: 'milestone' }),
  });
  expect(subscribed.status).toBe(201);
  const [caught] = await until(
    () => hooks.of('milestones'),
    (all) => all.length > 0,
  );
  expect(JSON.parse(caught?.content ?? '')).toMatchObject({ experience_id: id });
  await stage.close();
  await hooks.close();
});
