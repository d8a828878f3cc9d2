import { fileURLToPath } from 'node:url';
import { startFakeOwnApi } from '../fakes/own-api.ts';
import { startPostgres } from '../fixtures/postgres.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { type BenchServer, startServer } from './server.ts';
import { type SignedEvent, signedEvents } from './signed-events.ts';
import { median, printTable, spread } from './table.ts';

/**
 * Deliveries per second of one and of two delivering processes on PostgreSQL, and of the one process on
 * SQLite, interleaved in one run: events for four own APIs are accepted first, then the time from the first
 * effect to the last counts. The APIs answer in 200 ms, as the services do that people deliver to; with much
 * less, it is this machine's cores that are measured, which PostgreSQL, the receivers and the APIs share.
 *
 *   npm run bench:postgres-deliver [-- ROUNDS [EVENTS [ANSWER_MS]]]
 */
const [rounds = 3, count = 1_500, answerMs = 200] = process.argv.slice(2).map(Number);

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const DESTINATIONS = 4;

const events = signedEvents(count);
const postgres = await startPostgres({ onDisk: true });

const CASES = {
  'SQLite, one process': async () => {
    const { folder, remove } = temporaryFolder({ onDisk: true });
    const rate = await delivered({ DATA_DIR: folder }, 1);
    remove();
    return rate;
  },
  'PostgreSQL, one delivering process': () => onPostgres(1),
  'PostgreSQL, two delivering processes': () => onPostgres(2),
};
type Case = keyof typeof CASES;
const cases = Object.keys(CASES) as Case[];
const rates = Object.fromEntries(cases.map((name) => [name, []])) as unknown as Record<Case, number[]>;

for (let round = 0; round < rounds; round += 1) {
  for (const [index] of cases.entries()) {
    const name = cases[(index + round) % cases.length] as Case;
    rates[name].push(await CASES[name]());
  }
}
await postgres.stop();

const reference = median(rates['PostgreSQL, one delivering process']);
printTable(
  ['', 'deliveries per second', 'ratio'],
  cases.map((name) => [name, spread(rates[name]), (median(rates[name]) / reference).toFixed(2)]),
);

async function onPostgres(processes: number): Promise<number> {
  const url = await postgres.createDatabase();
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const rate = await delivered({ DATA_DIR: folder, DATABASE_URL: url }, processes);
  remove();
  await postgres.dropDatabase(url);
  return rate;
}

/** Accepts all events, then starts this many delivering processes, and measures them. */
async function delivered(storage: Record<string, string>, processes: number): Promise<number> {
  const apis = await Promise.all(
    Array.from({ length: DESTINATIONS }, () => startFakeOwnApi({ delayMs: answerMs })),
  );
  const settings = {
    ...storage,
    ...Object.fromEntries(apis.map(({ url }, index) => [`API_${index}`, url])),
    CONFIG_FILE: fileURLToPath(new URL('end-to-end.yaml', import.meta.url)),
    LOG_LEVEL: 'warn',
  };
  const accepting = await startServer([RECEIVER, 'start'], { ...settings, RECEIVER_ROLE: 'accept' });
  await acceptAll(accepting, events);
  await accepting.stop();

  const effects = (): number => apis.reduce((sum, { requests }) => sum + requests.length, 0);
  const delivering = Promise.all(
    Array.from({ length: processes }, () =>
      startServer([RECEIVER, 'start'], { ...settings, RECEIVER_ROLE: 'deliver' }),
    ),
  );
  await reached(effects, 1);
  const [begun, before] = [performance.now(), effects()];
  await reached(effects, DESTINATIONS * count);
  const seconds = (performance.now() - begun) / 1_000;
  await Promise.all((await delivering).map((server) => server.stop()));
  await Promise.all(apis.map((api) => api.close()));
  return (DESTINATIONS * count - before) / seconds;
}

async function acceptAll(server: BenchServer, all: readonly SignedEvent[]): Promise<void> {
  const waiting = [...all];
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let event = waiting.pop(); event !== undefined; event = waiting.pop()) {
        const { body, headers } = event;
        const response = await fetch(`${server.url}/webhooks/intelligems`, { method: 'POST', body, headers });
        if (response.status !== 200) {
          throw new Error(`${response.status} ${await response.text()}`);
        }
      }
    }),
  );
}

async function reached(effects: () => number, total: number): Promise<void> {
  while (effects() < total) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
