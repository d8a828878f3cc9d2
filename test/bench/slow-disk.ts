import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { eventsFor, load, startServer } from './server.ts';
import { signedEvents } from './signed-events.ts';
import { printTable, spread } from './table.ts';

/**
 * Accepting with some milliseconds added to every fsync, as on a cloud's disk, against a plain Express
 * endpoint that keeps nothing, interleaved in one run; and how long the event loop was held up meanwhile.
 * Needs a C compiler (cc) for the library that slows fsync down.
 *
 *   npm run bench:slow-disk [-- ROUNDS [SECONDS]]
 */
const [rounds = 7, seconds = 4] = process.argv.slice(2).map(Number);
const ADDED_MS = [0, 2, 10];

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const PLAIN = fileURLToPath(new URL('plain-express.ts', import.meta.url));
const CONFIGURATION = fileURLToPath(new URL('accept.yaml', import.meta.url));
const built = temporaryFolder({ onDisk: true });
const library = join(built.folder, 'slow-fsync.so');
execFileSync('cc', [
  '-shared',
  '-fPIC',
  '-O2',
  '-o',
  library,
  fileURLToPath(new URL('slow-fsync.c', import.meta.url)),
  '-ldl',
]);

const events = signedEvents(eventsFor(seconds));

interface Figures {
  perSecond: number;
  p99: number;
  /** How long the event loop was held up, p99 in milliseconds. */
  loopDelay: number;
}

async function loopDelay(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(metrics)?.[1]) * 1_000;
}

async function receiver(addedMs: number): Promise<Figures> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const server = await startServer([RECEIVER, 'start'], {
    DATA_DIR: folder,
    CONFIG_FILE: CONFIGURATION,
    LD_PRELOAD: library,
    SLOW_FSYNC_US: String(addedMs * 1_000),
  });
  try {
    // Each read starts a new measurement.
    await loopDelay(server.url);
    return { ...(await load(server.url, events, seconds)), loopDelay: await loopDelay(server.url) };
  } finally {
    await server.stop();
    remove();
  }
}

async function plain(): Promise<number> {
  const server = await startServer([PLAIN], {});
  try {
    return (await load(server.url, events, seconds)).perSecond;
  } finally {
    await server.stop();
  }
}

const plains: number[] = [];
const figures = new Map<number, Figures[]>(ADDED_MS.map((added) => [added, []]));
for (let round = 0; round < rounds; round += 1) {
  plains.push(await plain());
  for (const added of ADDED_MS) {
    figures.get(added)?.push(await receiver(added));
  }
}
built.remove();

printTable(
  ['', 'accepts per second', 'ratio', 'p99 ms', 'event loop delay p99 ms'],
  [
    ['plain Express, keeps nothing', spread(plains), '1', '', ''],
    ...[...figures].map(([added, results]) => [
      `receiver, fsync + ${added} ms`,
      spread(results.map(({ perSecond }) => perSecond)),
      spread(
        results.map(({ perSecond }, index) => perSecond / (plains[index] as number)),
        2,
      ),
      spread(results.map(({ p99 }) => p99)),
      spread(results.map((result) => result.loopDelay)),
    ]),
  ],
);
