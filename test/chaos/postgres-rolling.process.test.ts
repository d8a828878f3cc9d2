import { randomUUID } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { signWebhook } from '../../shared/verifier.ts';
import { startFakeOwnApi } from '../fakes/own-api.ts';
import { samplePayload } from '../fixtures/messages.ts';
import { startPostgres } from '../fixtures/postgres.ts';
import { Receiver, SECRET, temporaryFolder } from '../fixtures/receiver.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

/**
 * A balancer that sends a request to the next receiver, and to another one if it gets no answer: a connection
 * that waits to be taken when a receiver stops is refused or reset, and a receiver knows what comes twice.
 */
async function startBalancer(receivers: readonly Receiver[]): Promise<{ url: string; server: Server }> {
  let turn = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      turn += 1;
      pass(turn, 0);
    });

    function pass(index: number, tries: number): void {
      const { url } = receivers[index % receivers.length] as Receiver;
      const outgoing = request(
        `${url}${incoming.url}`,
        { method: incoming.method, headers: incoming.headers, agent: false },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502);
          answer.pipe(response);
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        if (/ECONNREFUSED|ECONNRESET/.test(String(error.code)) && tries < receivers.length) {
          pass(index + 1, tries + 1);
        } else {
          response.writeHead(502).end();
        }
      });
      outgoing.end(Buffer.concat(chunks));
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('replacing two receivers one after the other refuses, loses, and doubles no webhook', async () => {
  const postgres = await startPostgres();
  closing.push(() => postgres.stop());
  const api = await startFakeOwnApi({ delayMs: 20 });
  closing.push(() => api.close());
  const { folder, remove } = temporaryFolder({ onDisk: true });
  closing.push(remove);
  const settings = {
    DATA_DIR: folder,
    DATABASE_URL: await postgres.createDatabase(),
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
    UPDATE_QUIET_SECONDS: '0',
    LOG_LEVEL: 'warn',
  };
  const receivers = [await Receiver.start(settings), await Receiver.start(settings)];
  closing.push(() => Promise.all(receivers.map((receiver) => receiver.kill())));
  const balancer = await startBalancer(receivers);
  closing.push(() => balancer.server.close());

  let replacing = true;
  const answers: number[] = [];
  const keys: string[] = [];
  const senders = Array.from({ length: 4 }, async () => {
    while (replacing) {
      const sample = samplePayload('start');
      const body = JSON.stringify({ ...sample, experience: { ...sample.experience, id: randomUUID() } });
      const headers = { 'x-intelligems-signature': signWebhook(body, SECRET) };
      const response = await fetch(`${balancer.url}/webhooks/intelligems`, { method: 'POST', body, headers });
      answers.push(response.status);
      keys.push(((await response.json()) as { event: string }).event);
    }
  });
  for (const index of [0, 1]) {
    expect(await receivers[index]?.stop()).toBe(0);
    receivers[index] = await Receiver.start(settings);
    const { status } = await fetch(`${receivers[index]?.url}/readyz`);
    expect(status).toBe(200);
  }
  replacing = false;
  await Promise.all(senders);
  const reached = () => new Set(api.requests.filter(({ tookEffect }) => tookEffect).map(({ id }) => id));
  while (reached().size < keys.length) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  expect(new Set(answers)).toEqual(new Set([200]));
  expect(reached()).toEqual(new Set(keys));
  expect(api.requests).toHaveLength(keys.length);
});
