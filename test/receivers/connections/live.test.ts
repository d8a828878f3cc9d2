import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startFakeIntelligems } from '../../fakes/intelligems.ts';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { runCommandHere } from '../../fixtures/command-here.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { postSigned, temporaryFolder } from '../../fixtures/receiver.ts';
import { until } from '../../fixtures/until.ts';
import { closing, draftOf, SHARED, startApi, startReceiver, useStage } from './stage.ts';

const stage = useStage();

test('a change in one process works in the others within seconds, secrets included', async () => {
  const own = await startApi();
  const settings = { ...SHARED, DATABASE_URL: await stage.createDatabase() };
  const one = await startReceiver(settings);
  const two = await startReceiver(settings);
  const { answer } = await one.api.save({ kind: 'source', name: 'alpine', values: {} });
  await one.api.save(draftOf(own, 'ours'));
  await two.receiver.printed(/took over the settings/);
  await until(
    () => two.receiver.output.split('took over the settings').length,
    (times) => times > 1,
  );
  const listed = async () => (await two.api.get('/connections')).version;
  while ((await listed()) < 2) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const body = JSON.stringify(samplePayload('start'));
  const at = { path: '/webhooks/intelligems/alpine', secret: answer.secret };
  expect((await postSigned(two.receiver.url, body, at)).status).toBe(200);
  await until(
    () => own.requests.length,
    (requests) => requests === 1,
  );
  expect(two.receiver.output + one.receiver.output).not.toContain(answer.secret);
});

test('on PostgreSQL without SETTINGS_KEY, a secret is not saved, and what to set is said', async () => {
  const own = await startApi();
  const { api } = await startReceiver({ DATABASE_URL: await stage.createDatabase() });
  expect((await api.get('/connections')).warnings.join()).toContain('set SETTINGS_KEY');
  const { status, answer } = await api.save(draftOf(own, 'ours'));
  expect(status).toBe(422);
  expect(answer.faults[0].message).toContain('openssl rand -hex 32');
  const route = { kind: 'route', name: 'all', values: { to: ['preview'] } };
  expect((await api.save(route)).status).toBe(200);
});

test('two people in two processes who change the same thing: one is saved, the other gets a conflict', async () => {
  const own = await startApi();
  const settings = { ...SHARED, DATABASE_URL: await stage.createDatabase() };
  const one = await startReceiver(settings);
  const two = await startReceiver(settings);
  const { answer } = await one.api.save(draftOf(own, 'ours'));
  const { id, version } = answer.connection.setBy;
  const results = await Promise.all(
    [one, two].map(({ api }, index) =>
      api.save({ kind: 'destination', id, version, title: `Title ${index}`, values: { allowPrivate: true } }),
    ),
  );
  expect(results.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('an import into PostgreSQL takes over what was set in the console, and its secrets with their key', async () => {
  const own = await startApi();
  const home = temporaryFolder();
  closing.push(() => home.remove());
  const embedded = await startReceiver({ DATA_DIR: home.folder });
  expect((await embedded.api.save(draftOf(own, 'ours'))).status).toBe(200);
  await embedded.receiver.stop();
  const DATABASE_URL = await stage.createDatabase();
  const { code, stderr, stdout } = await runCommandHere(['import', '--from', home.folder], { DATABASE_URL });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout + stderr).toContain('What was connected in the console is imported. Set SETTINGS_KEY');
  const again = await runCommandHere(['import', '--from', home.folder], { DATABASE_URL });
  expect(again.stdout + again.stderr).toContain('the console of this database has settings already');
  const SETTINGS_KEY = readFileSync(join(home.folder, 'settings-key'), 'utf8').trim();
  const { receiver, api } = await startReceiver({ DATABASE_URL, SETTINGS_KEY });
  expect((await api.get('/connections')).destinations).toMatchObject([{ name: 'ours', problem: null }]);
  await receiver.post(JSON.stringify(samplePayload('start')));
  await until(
    () => own.requests.length,
    (count) => count === 1,
  );
});

test('send knows the secret of a source of the console, while the receiver runs', async () => {
  const home = temporaryFolder();
  closing.push(() => home.remove());
  const { receiver, api } = await startReceiver({ DATA_DIR: home.folder });
  await api.save({
    kind: 'source',
    name: 'alpine',
    values: { secrets: ['b7e1d09cbb4e4f3a9d2752f0c9a1b6e8'] },
  });
  const settings = { DATA_DIR: home.folder, PORT: new URL(receiver.url).port, HOST: '127.0.0.1' };
  const sent = await runCommandHere(['send', 'start', '--source', 'alpine'], settings);
  expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('200') });
});

test('an attempt in progress ends with the destination that it began with', async () => {
  const slow = await startFakeOwnApi({ delayMs: 400 });
  closing.push(() => slow.close());
  const other = await startApi();
  const { receiver, api } = await startReceiver();
  const { answer } = await api.save(draftOf(slow, 'ours'));
  await receiver.post(JSON.stringify(samplePayload('start')));
  await until(
    () => slow.requests.length,
    (count) => count === 1,
  );
  const { id, version } = answer.connection.setBy;
  const values = { url: other.url, allowPrivate: true };
  expect((await api.save({ kind: 'destination', id, version, values })).status).toBe(200);
  await receiver.printed(/"destination":"ours".*delivered/);
  await receiver.post(JSON.stringify(samplePayload('pause')));
  await until(
    () => other.requests.length,
    (count) => count === 1,
  );
  expect(slow.requests.map(({ tookEffect }) => tookEffect)).toEqual([true]);
  expect(other.requests.map(({ body }) => JSON.parse(body).action)).toEqual(['pauseExperience']);
});

test('an access token that is saved is used at once, and no longer once it is removed', async () => {
  const intelligems = await startFakeIntelligems();
  closing.push(() => intelligems.close());
  const settings = { INTELLIGEMS_API_URL: intelligems.url, RECONCILE_EVERY_SECONDS: '0.2' };
  const { api } = await startReceiver(settings);
  const draft = { kind: 'source', name: 'default', values: { accessToken: intelligems.token } };
  const { answer: checked } = await api.post('/connections/check', draft);
  expect(checked.checks).toMatchObject([{ state: 'ok' }]);
  const asked = intelligems.requests.length;
  const { answer } = await api.save(draft);
  expect(answer.result).toBe('saved');
  await until(
    () => intelligems.requests.length,
    (count) => count > asked,
  );
  const { id, version } = answer.connection.setBy;
  await api.save({ kind: 'source', id, version, values: { accessToken: null } });
  const { sources } = await api.get('/connections');
  expect(sources).toMatchObject([
    { name: 'default', secrets: [], fixed: { secrets: 'INTELLIGEMS_WEBHOOK_SECRET' } },
  ]);
});

test('commands use what was connected in the console, also while no receiver runs', async () => {
  const own = await startApi();
  const home = temporaryFolder();
  closing.push(() => home.remove());
  const { receiver, api } = await startReceiver({ DATA_DIR: home.folder });
  await api.save(draftOf(own, 'ours'));
  await api.save({ kind: 'source', name: 'alpine', values: {} });
  await receiver.stop();
  const settings = { DATA_DIR: home.folder, PORT: '1', HOST: '127.0.0.1', ALERT_DESTINATION: 'ours' };
  const body = join(home.folder, 'start.json');
  writeFileSync(body, JSON.stringify(samplePayload('start')));
  const routes = await runCommandHere(['routes', '--event', body], settings);
  expect(routes.stdout).toMatch(/default, alpine/);
  expect(routes.stdout).toContain('It goes to ours.');
  const keys = await runCommandHere(['zapier-keys', 'make', 'alpine'], settings);
  expect(keys.code).toBe(0);
  const wrong = await runCommandHere(['routes', '--event', body], {
    ...settings,
    ALERT_DESTINATION: 'theirs',
  });
  expect(wrong).toMatchObject({ code: 78 });
  expect(wrong.stderr).toContain('ALERT_DESTINATION');
});
