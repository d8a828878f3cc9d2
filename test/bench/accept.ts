import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { type BenchServer, type Posted, post, processorTime, startServer } from './server.ts';
import { experienceIds, type SignedEvent, signedEvents } from './signed-events.ts';
import { printTable, spread } from './table.ts';
import { postWithWrk } from './wrk.ts';

/**
 * Durable accepts of the receiver (signature, parse, commit, four deliveries made) against a plain Express endpoint
 * that stores nothing. Both servers start once, warm up by count, and then take turns, one second each. Processor time
 * per event counts all threads of the server, so it says more than throughput when others use the machine.
 *
 *   npm run bench:accept [-- ROUNDS [SECONDS [wrk]]]
 *
 * Each side gets ROUNDS times SECONDS slices of a second. With `wrk`, that program generates the load instead of
 * autocannon, which takes about as much processor time per event as a server does. Linux only.
 */
const [rounds = 7, seconds = 4] = process.argv.slice(2, 4).map(Number);
const generate = process.argv[4] === 'wrk' ? postWithWrk : post;

/** Node compiles the hot code of a new server during the first events: these are not measured. */
const WARM_UP_EVENTS = 40_000;
/** More than a server answers in a second. */
const EVENTS_PER_SLICE = 24_000;

const PLAIN = fileURLToPath(new URL('plain-express.ts', import.meta.url));
const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));

/** Four destinations whose deliveries another process would make: only accepting is measured. */
const CONFIGURATION = fileURLToPath(new URL('accept.yaml', import.meta.url));

interface Slice extends Posted {
  /** Processor time per event of all threads, and of the main thread, microseconds. */
  all: number;
  main: number;
}

const ids = experienceIds();
let timestamp = Date.now();
let unsent: SignedEvent[] = [];

/** Signed events that the receiver has not seen. */
function newEvents(count: number): readonly SignedEvent[] {
  const missing = count - unsent.length;
  if (missing > 0) {
    unsent = unsent.concat(signedEvents(missing, timestamp, ids));
    timestamp += missing;
  }
  return unsent;
}

async function slice({ url, process: { pid } }: BenchServer): Promise<Slice> {
  const events = newEvents(EVENTS_PER_SLICE);
  const before = processorTime(pid as number);
  const posted = await generate(url, events, { seconds: 1 });
  const after = processorTime(pid as number);
  unsent = unsent.slice(posted.sent);
  const perEvent = (threads: 'all' | 'main') => (after[threads] - before[threads]) / posted.requests;
  return { ...posted, all: perEvent('all'), main: perEvent('main') };
}

/** With autocannon, because wrk cannot stop after a number of requests. */
async function warmUp({ url }: BenchServer): Promise<void> {
  const { sent } = await post(url, newEvents(WARM_UP_EVENTS), { amount: WARM_UP_EVENTS });
  unsent = unsent.slice(sent);
}

async function measure(
  plain: BenchServer,
  receiver: BenchServer,
): Promise<Record<'plain' | 'receiver', Slice>[]> {
  await warmUp(plain);
  await warmUp(receiver);
  const pairs: Record<'plain' | 'receiver', Slice>[] = [];
  for (let pair = 0; pair < rounds * seconds; pair += 1) {
    if (pair % 2 === 0) {
      pairs.push({ plain: await slice(plain), receiver: await slice(receiver) });
    } else {
      const first = await slice(receiver);
      pairs.push({ plain: await slice(plain), receiver: first });
    }
  }
  return pairs;
}

const { folder, remove } = temporaryFolder({ onDisk: true });
const servers = await Promise.all([
  startServer([PLAIN], {}),
  startServer([RECEIVER, 'start'], { DATA_DIR: folder, CONFIG_FILE: CONFIGURATION }),
]);
let pairs: Record<'plain' | 'receiver', Slice>[];
try {
  pairs = await measure(...servers);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  remove();
}

const FIGURES = ['perSecond', 'p99', 'all', 'main'] as const;
const row = (side: 'plain' | 'receiver') =>
  FIGURES.map((figure) => spread(pairs.map((pair) => pair[side][figure])));
const ratios = (figure: keyof Slice) => pairs.map(({ plain, receiver }) => receiver[figure] / plain[figure]);
printTable(
  ['', 'accepts per second', 'p99 ms', 'processor time per event, µs', 'of it main thread, µs'],
  [
    ['plain Express, stores nothing', ...row('plain')],
    ['receiver, four deliveries each', ...row('receiver')],
    ['median ratio (range)', ...FIGURES.map((figure) => spread(ratios(figure), 2))],
  ],
);
