import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { until } from '../../fixtures/until.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await setStage();
  Object.assign(stage.settings, { RECONCILE: 'deliver', RECONCILE_GRACE_SECONDS: '0' });
});

afterEach(() => stage.close());

test('reconcile makes the running receiver compare, and prints what it found', async () => {
  const { intelligems, world, settings } = stage;
  await stage.start();
  const { id } = intelligems.create({ name: 'Backpack\nprice test' });
  await stage.post();
  await until(
    () => intelligems.requests.length,
    (requests) => requests > 0,
  );
  intelligems.act(id, 'start', 'noor@alpine-goods.example');
  const first = await runCommandHere(['reconcile'], settings);
  expect(first.stderr).toBe('');
  expect(first.stdout).toMatch(
    /default: 1 experience at Intelligems .*one action had no webhook, now recovered/,
  );
  expect(first.stdout).toMatch(/Backpack price test was started by noor@alpine-goods\.example/);
  expect(first.code).toBe(0);
  await stage.delivered('email', 2);
  expect(world.smtp.mails).toHaveLength(2);
  expect((await runCommandHere(['reconcile'], settings)).stdout).toMatch(/nothing was missed/);
});

test('reconcile works on the ledger itself while no receiver runs; what it found is delivered at the next start', async () => {
  const { intelligems, settings } = stage;
  await stage.start({ LOG_LEVEL: 'debug' });
  const { id } = intelligems.create();
  await stage.post();
  // From the first comparison on, it knows since when actions count.
  await stage.receiver.printed(/compared with Intelligems/);
  await stage.receiver.stop();
  intelligems.act(id, 'start');
  expect((await runCommandHere(['reconcile'], settings)).stdout).toMatch(/one action had no webhook/);
  await stage.start();
  await stage.delivered('slack', 1);
});

test.each([
  ['INTELLIGEMS_ACCESS_TOKEN', '', /has no access token.* Start it again with INTELLIGEMS_ACCESS_TOKEN/],
  ['RECONCILE', 'off', /has RECONCILE=off\. Start it again with RECONCILE=list or deliver/],
])('reconcile says at once that the running receiver cannot, with %s=%s', async (name, value, said) => {
  const { settings } = stage;
  const now = { ...settings };
  await stage.start({ [name]: value });
  const { code, stdout, stderr } = await runCommandHere(['reconcile'], now);
  expect(stderr).toMatch(said);
  expect(stdout).toMatch(
    /^Asking the running receiver to compare\. With many experiences this takes minutes, because .*\n$/,
  );
  expect(code).toBe(1);
});

test('reconcile gives up after seconds where the running receiver does not take it up', async () => {
  await stage.start({ RECEIVER_ROLE: 'accept' });
  const asked = performance.now();
  const { code, stderr } = await runCommandHere(['reconcile'], stage.settings);
  expect(performance.now() - asked).toBeLessThan(15_000);
  expect(stderr).toMatch(/does not take it up\. .*only accept \(RECEIVER_ROLE\).* Run this again later/);
  expect(code).toBe(1);
});

test('reconcile says what it lacks', async () => {
  const { intelligems, settings } = stage;
  const without = await runCommandHere(['reconcile'], { ...settings, INTELLIGEMS_ACCESS_TOKEN: '' });
  expect(without.stderr).toMatch(/Set INTELLIGEMS_ACCESS_TOKEN/);
  const refused = await runCommandHere(['reconcile'], { ...settings, INTELLIGEMS_ACCESS_TOKEN: 'wrong' });
  expect(refused.stdout).toMatch(/could not be finished.* does not accept the access token/);
  expect(refused.stdout).not.toContain('nothing was missed');
  expect(refused.stdout).not.toContain(intelligems.token);
  expect(refused.code).toBe(1);
});
