import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { startFakeOwnApi } from '../../fakes/own-api.ts';
import { samplePayload } from '../../fixtures/messages.ts';
import { startOwnPostgres } from '../../fixtures/postgres.ts';
import { Receiver, temporaryFolder } from '../../fixtures/receiver.ts';

/** More than go out at once to an own API, so that the process has jobs in hand that it has not begun. */
const EVENTS = 60;

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) {
    await close();
  }
});

test('a process that holds jobs when the database fails survives, and delivers each once it is back', async () => {
  const postgres = await startOwnPostgres();
  closing.push(() => postgres.stop());
  const api = await startFakeOwnApi({ delayMs: 100 });
  closing.push(() => api.close());
  const { folder, remove } = temporaryFolder();
  closing.push(remove);
  const receiver = await Receiver.start({
    DATA_DIR: folder,
    DATABASE_URL: await postgres.createDatabase(),
    DATABASE_LEASE_SECONDS: '1',
    FORWARD_URL: api.url,
    FORWARD_ALLOW_PRIVATE: 'true',
  });
  closing.push(() => receiver.kill());
  const sample = samplePayload('start');
  const answers = await Promise.all(
    Array.from({ length: EVENTS }, () =>
      receiver.post(JSON.stringify({ ...sample, experience: { ...sample.experience, id: randomUUID() } })),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const ended = receiver.exited.then(() => {
    throw new Error(`The receiver ended:\n${receiver.output.slice(-2_000)}`);
  });

  await postgres.kill();
  // By the end of its lease, or, with nothing in progress, once it starts again.
  await Promise.race([receiver.printed(/stops delivering|connect ECONNREFUSED/), ended]);
  await postgres.restart();

  const delivered = async (): Promise<void> => {
    for (;;) {
      const metrics = await (await fetch(`${receiver.url}/metrics`)).text();
      if (/^intelligems_deliveries_open\{.*\} 0$/m.test(metrics)) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await Promise.race([delivered(), ended]);
  const effects = api.requests.filter(({ tookEffect }) => tookEffect).map(({ id }) => id);
  expect(new Set(effects).size).toBe(EVENTS);
});
