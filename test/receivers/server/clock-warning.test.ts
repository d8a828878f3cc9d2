import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { otherClocks } from '../../../receivers/outgoing/other-clocks.ts';
import { sampleBody } from '../../fixtures/messages.ts';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

const CONSOLE_TOKEN = 'the-token-of-the-console';

test('/readyz and the console report a clock that differs from a service’s, and by how much', async () => {
  const api = createServer((request, response) => {
    request.resume();
    response.setHeader('date', new Date(Date.now() + 20 * 60_000).toUTCString());
    response.end();
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const { port } = api.address() as AddressInfo;
  const data = temporaryFolder();
  const receiver = await ReceiverHere.start({
    DATA_DIR: data.folder,
    CONSOLE_TOKEN,
    FORWARD_URL: `http://127.0.0.1:${port}/`,
    FORWARD_ALLOW_PRIVATE: 'true',
  });
  const ready = async () => (await fetch(`${receiver.url}/readyz`)).json();
  // Another test of this process may have heard of a clock that is off.
  otherClocks.compare(new URL(receiver.url), { date: new Date().toUTCString() });
  expect(await ready()).toEqual({ status: 'ready' });
  await receiver.post(sampleBody('start'));
  await receiver.printed(/"delivered"/);
  const warning = expect.stringMatching(
    /^This machine's clock is (19|20) minutes behind 127\.0\.0\.1:\d+\. Set it/,
  );
  expect(await ready()).toEqual({ status: 'ready', warnings: [warning] });
  const overview = await fetch(`${receiver.url}/console`, {
    headers: { authorization: `Bearer ${CONSOLE_TOKEN}` },
  });
  const status = await fetch(`${receiver.url}/console/api/status`, {
    headers: { authorization: `Bearer ${CONSOLE_TOKEN}` },
  });
  expect(await status.json()).toEqual({ status: 'running', warnings: [warning] });
  expect(overview.ok).toBe(true);
  await receiver.stop();
  api.close();
  data.remove();
});
