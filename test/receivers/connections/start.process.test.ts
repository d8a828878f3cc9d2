import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';
import { until } from '../../fixtures/until.ts';
import { ConnectionsClient } from './api-client.ts';

const TOKEN = 'the-token-of-the-tests';
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

test('what was saved in the console is there after a kill right after the answer, secrets included', async () => {
  const home = temporaryFolder();
  closing.push(() => home.remove());
  const own = await startFakeOwnApi();
  closing.push(() => own.close());
  const settings = { DATA_DIR: home.folder, CONSOLE_TOKEN: TOKEN };
  const killed = await Receiver.start(settings);
  const values = { url: own.url, allowPrivate: true };
  const { answer } = await new ConnectionsClient(killed.url, TOKEN).save({
    kind: 'destination',
    type: 'http',
    title: 'Ours',
    values,
  });
  await killed.kill();
  expect(answer.result).toBe('saved');
  const next = await Receiver.start(settings);
  closing.push(() => next.stop());
  const { destinations } = await new ConnectionsClient(next.url, TOKEN).get('/connections');
  expect(destinations).toMatchObject([{ name: 'http', title: 'Ours', problem: null }]);
  await next.post(sampleBody('start'));
  await until(
    () => own.requests.length,
    (count) => count === 1,
  );
});

test('npm start reads .env in its folder, says so without a value, and the environment wins', async () => {
  const home = temporaryFolder();
  closing.push(() => home.remove());
  writeFileSync(join(home.folder, '.env'), `CONSOLE_TOKEN=${TOKEN}\nLOG_LEVEL=silent\n`);
  const started = await Receiver.start({ DATA_DIR: home.folder, LOG_LEVEL: 'info', ENV_FILE: '' });
  closing.push(() => started.stop());
  expect(await started.printed(/.*took 1 variable from [.]env/)).toContain('"variables":["CONSOLE_TOKEN"]');
  expect(started.output).not.toContain(TOKEN);
  const { version } = await new ConnectionsClient(started.url, TOKEN).get('/connections');
  expect(version).toBe(0);
});
