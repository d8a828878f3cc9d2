import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { startFakeOwnApi } from '../fakes/own-api.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { processorTime, startServer } from './server.ts';
import { experienceIds, type SignedEvent, signedEvents } from './signed-events.ts';
import { printTable, quantile } from './table.ts';

/**
 * Events to four destinations that answer in 20 ms: how many a second all of them get, and how long it takes
 * from the answer to the effect when nothing else is to be done. The four are own APIs:
 * the fakes of Slack, Sheets and mail would take the time that is to be measured.
 *
 * Each experience has EVENTS / EXPERIENCES events at the end: the fewer experiences, the longer their histories.
 *
 *   npm run bench:end-to-end [-- EVENTS [IDLE_EVENTS [EXPERIENCES]]]
 */
const [count = 10_000, idle = 200, experiences = 500] = process.argv.slice(2).map(Number);

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const ANSWER_MS = 20;

const apis = await Promise.all(Array.from({ length: 4 }, () => startFakeOwnApi({ delayMs: ANSWER_MS })));
const { folder, remove } = temporaryFolder({ onDisk: true });
const settings = Object.fromEntries(apis.map(({ url }, index) => [`API_${index}`, url]));
const server = await startServer([RECEIVER, 'start'], {
  ...settings,
  DATA_DIR: folder,
  CONFIG_FILE: fileURLToPath(new URL('end-to-end.yaml', import.meta.url)),
  LOG_LEVEL: 'warn',
});

const effects = (): number => apis.reduce((sum, { requests }) => sum + requests.length, 0);

async function reached(total: number): Promise<void> {
  while (effects() < total) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function post({ body, headers }: SignedEvent): Promise<void> {
  const response = await fetch(`${server.url}/webhooks/intelligems`, { method: 'POST', body, headers });
  if (response.status !== 200) {
    throw new Error(`${response.status} ${await response.text()}`);
  }
}

const events = signedEvents(count + idle + 20, Date.now(), experienceIds(experiences));
for (const event of events.slice(0, 20)) {
  await post(event);
}
await reached(4 * 20);

const latencies: number[] = [];
for (const event of events.slice(20, 20 + idle)) {
  const before = effects();
  await post(event);
  const answered = performance.now();
  await reached(before + 4);
  latencies.push(performance.now() - answered);
}

const rest = events.slice(20 + idle);
const before = effects();
const pid = server.process.pid as number;
const usedBefore = processorTime(pid);
const begun = performance.now();
let next = 0;
await autocannon({
  url: server.url,
  connections: 50,
  amount: count,
  requests: [
    {
      method: 'POST',
      path: '/webhooks/intelligems',
      setupRequest: (request) => {
        const event = rest[next] as SignedEvent;
        next += 1;
        return { ...request, ...event };
      },
    },
  ],
});
await reached(before + 4 * count);
const seconds = (performance.now() - begun) / 1_000;
const used = processorTime(pid);

await server.stop();
await Promise.all(apis.map((api) => api.close()));
remove();

printTable(
  ['', ''],
  [
    [
      `${count.toLocaleString('en')} events to four destinations, events per second`,
      (count / seconds).toFixed(0),
    ],
    ['processor time per event, all threads, µs', ((used.all - usedBefore.all) / count).toFixed(0)],
    ['the same, answering thread', ((used.main - usedBefore.main) / count).toFixed(0)],
    [
      'from the answer to the last of the four effects when idle, p50 ms',
      quantile(latencies, 0.5).toFixed(0),
    ],
    ['the same, p99 ms', quantile(latencies, 0.99).toFixed(0)],
    ['of which the other side takes, ms', String(ANSWER_MS)],
  ],
);
