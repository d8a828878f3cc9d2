import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { PostgresLedger } from '../../receivers/ledger/postgres/ledger.ts';
import { sampleBody } from '../fixtures/messages.ts';
import { startOwnPostgres } from '../fixtures/postgres.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { eventsFor, load, startServer } from './server.ts';
import { signedEvents } from './signed-events.ts';
import { median, printTable, spread } from './table.ts';

/**
 * Accepts per second on a PostgreSQL that holds a million events (four deliveries each) against an empty
 * one, interleaved in one run.
 *
 *   npm run bench:postgres-growth [-- PAIRS [SECONDS [EVENTS]]]
 */
const [pairs = 5, seconds = 4, held = 1_000_000] = process.argv.slice(2).map(Number);

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const CONFIGURATION = fileURLToPath(new URL('accept.yaml', import.meta.url));

/** How many events are written in one statement. */
const STEP = 50_000;

const postgres = await startOwnPostgres({
  onDisk: true,
  settings: ['max_wal_size=4GB', 'shared_buffers=512MB'],
});
const full = await postgres.createDatabase();
await fill(full);

const empties: number[] = [];
const fulls: number[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  const order = pair % 2 === 0 ? [onEmpty, onFull] : [onFull, onEmpty];
  for (const run of order) {
    await run();
  }
}
const pages = await firstPages();
await postgres.stop();

printTable(
  ['', 'accepts per second'],
  [
    ['empty ledger', spread(empties)],
    [`${held.toLocaleString('en')} events`, spread(fulls)],
    ['ratio', (median(fulls) / median(empties)).toFixed(2)],
    ['first page of the event list, ms', spread(pages, 1)],
  ],
);

async function onEmpty(): Promise<void> {
  const url = await postgres.createDatabase();
  empties.push(await accepts(url));
  await postgres.dropDatabase(url);
}

async function onFull(): Promise<void> {
  fulls.push(await accepts(full));
}

async function accepts(url: string): Promise<number> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const server = await startServer([RECEIVER, 'start'], {
    DATA_DIR: folder,
    DATABASE_URL: url,
    CONFIG_FILE: CONFIGURATION,
  });
  try {
    return (await load(server.url, signedEvents(eventsFor(seconds, 10_000)), seconds)).perSecond;
  } finally {
    await server.stop();
    remove();
  }
}

async function fill(url: string): Promise<void> {
  await (await PostgresLedger.open({ url })).close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SET synchronous_commit = off');
  for (let from = 0; from < held; from += STEP) {
    const to = Math.min(held, from + STEP);
    await client.query(
      `INSERT INTO ledger.events (sequence, key, source, origin, action, experience_id, experience_name,
        organization_id, occurred_at, received_at, late, ordering_key)
      SELECT n, 'evt_' || lpad(to_hex(1700000000000 + n), 12, '0') || left(md5(n::text), 20), 'default', 'webhook', 'startExperience', 'held-' || n % 5000,
        'Experience ' || n % 5000, 'organization', 1700000000000 + n, 1700000000000 + n, false,
        ('x' || left(md5('held-' || n % 5000), 16))::bit(64)::bigint
      FROM generate_series($1::bigint + 1, $2) n`,
      [from, to],
    );
    await client.query(
      `INSERT INTO ledger.bodies (sequence, body, headers) SELECT n, $3, '{}' FROM generate_series($1::bigint + 1, $2) n`,
      [from, to, Buffer.from(sampleBody('end'))],
    );
    await client.query(
      `INSERT INTO ledger.deliveries (sequence, destination, route, ordering_key, state, due_at, wait_ms, attempts, tries, created_at, finished_at)
      SELECT n, d, 'every event', 0, 'done', 1700000000000 + n, 0, 1, 1, 1700000000000 + n, 1700000000500 + n
      FROM generate_series($1::bigint + 1, $2) n, unnest(ARRAY['slack', 'sheets', 'email', 'http']) d`,
      [from, to],
    );
    process.stderr.write(`\r${to.toLocaleString('en')} events written`);
  }
  await client.query("SELECT setval(pg_get_serial_sequence('ledger.events', 'sequence'), $1)", [held]);
  await client.query(
    'INSERT INTO ledger.attempts SELECT id, 1, created_at, finished_at, $1 FROM ledger.deliveries',
    ['done'],
  );
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.end();
  process.stderr.write('\n');
}

async function firstPages(): Promise<number[]> {
  const ledger = await PostgresLedger.open({ url: full });
  const times: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    const start = performance.now();
    await ledger.events({ limit: 50 });
    times.push(performance.now() - start);
  }
  await ledger.close();
  return times;
}
