import { fileURLToPath } from 'node:url';
import { startPostgres } from '../fixtures/postgres.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { type BenchServer, eventsFor, load, startServer } from './server.ts';
import { type SignedEvent, signedEvents } from './signed-events.ts';
import { median, printTable, spread } from './table.ts';

/**
 * Durable accepts per second (signature, parse, commit, four deliveries made) of one receiver on PostgreSQL
 * and of two that share the load, against one receiver on SQLite, interleaved in one run. PostgreSQL, the
 * receivers and the load generator share this machine's cores.
 *
 *   npm run bench:postgres-accept [-- ROUNDS [SECONDS]]
 */
const [rounds = 5, seconds = 4] = process.argv.slice(2).map(Number);

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));

/** Four destinations whose deliveries another process would make: only accepting is measured. */
const CONFIGURATION = fileURLToPath(new URL('accept.yaml', import.meta.url));

const events = signedEvents(eventsFor(seconds));
const postgres = await startPostgres({ onDisk: true });

const CASES = {
  'SQLite, one process': () => onSqlite(),
  'PostgreSQL, one process': () => onPostgres(1),
  'PostgreSQL, two processes': () => onPostgres(2),
};
type Case = keyof typeof CASES;
const cases = Object.keys(CASES) as Case[];
const rates = Object.fromEntries(cases.map((name) => [name, []])) as unknown as Record<Case, number[]>;

for (let round = 0; round < rounds; round += 1) {
  const order = cases.map((_, index) => cases[(index + round) % cases.length] as Case);
  for (const name of order) {
    rates[name].push(await CASES[name]());
  }
}
await postgres.stop();

const reference = median(rates['SQLite, one process']);
printTable(
  ['', 'accepts per second', 'ratio'],
  cases.map((name) => [name, spread(rates[name]), (median(rates[name]) / reference).toFixed(2)]),
);

async function onSqlite(): Promise<number> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  try {
    return await underLoad([{ DATA_DIR: folder }]);
  } finally {
    remove();
  }
}

async function onPostgres(processes: number): Promise<number> {
  const url = await postgres.createDatabase();
  const { folder, remove } = temporaryFolder({ onDisk: true });
  try {
    return await underLoad(
      Array.from({ length: processes }, () => ({ DATA_DIR: folder, DATABASE_URL: url })),
    );
  } finally {
    await postgres.dropDatabase(url);
    remove();
  }
}

/** Starts receivers and loads each with its share of the events; gives how many they accept together. */
async function underLoad(settings: Record<string, string>[]): Promise<number> {
  const servers: BenchServer[] = [];
  try {
    for (const each of settings) {
      servers.push(await startServer([RECEIVER, 'start'], { ...each, CONFIG_FILE: CONFIGURATION }));
    }
    const share = Math.floor(events.length / servers.length);
    const results = await Promise.all(
      servers.map(({ url }, index) =>
        load(url, events.slice(index * share, (index + 1) * share) as SignedEvent[], seconds),
      ),
    );
    return results.reduce((sum, { perSecond }) => sum + perSecond, 0);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
