import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from '../../fixtures/receiver.ts';
import { ReceiverHere } from '../../fixtures/receiver-here.ts';

test('a failed start closes what it opened: the same ledger and port can be opened next', async () => {
  const data = temporaryFolder();
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const settings = { DATA_DIR: data.folder, PORT: String((taken.address() as AddressInfo).port) };
  await expect(ReceiverHere.start(settings)).rejects.toThrow('EADDRINUSE');
  taken.close();
  await once(taken, 'close');
  const receiver = await ReceiverHere.start(settings);
  expect((await fetch(`${receiver.url}/readyz`)).status).toBe(200);
  await receiver.stop();
  data.remove();
});
