import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { type BenchServer, eventsFor, type LoadResult, load, startServer } from './server.ts';
import { signedEvents } from './signed-events.ts';
import { median, printTable, spread } from './table.ts';
import { Wrk } from './wrk.ts';

/**
 * Durable accepts per second of the receiver (signature, parse, commit, four deliveries made) against a
 * plain Express endpoint that keeps nothing, interleaved in one run. The main thread's work for each event shows
 * how they compare if the other threads and the load generator have their own processors.
 *
 *   npm run bench:accept [-- PAIRS [SECONDS [wrk]]]
 *
 * With `wrk`, which generates the load instead of autocannon, whose work per event is about a server's own: with
 * few cores, it says more of a server whose events come from elsewhere.
 */
const [pairs = 7, seconds = 4] = process.argv.slice(2, 4).map(Number);
const generator = process.argv[4] ?? 'autocannon';

const PLAIN = fileURLToPath(new URL('plain-express.ts', import.meta.url));
const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));

/** Four destinations whose deliveries another process would make: only accepting is measured. */
const CONFIGURATION = fileURLToPath(new URL('accept.yaml', import.meta.url));

const events = signedEvents(eventsFor(seconds));
const wrk = generator === 'wrk' ? new Wrk(events, seconds) : null;

function underLoad({ url, process: { pid } }: BenchServer): Promise<LoadResult> {
  return wrk === null ? load(url, events, seconds, pid) : wrk.load(url, pid);
}

async function plain(): Promise<LoadResult> {
  const server = await startServer([PLAIN], {});
  try {
    return await underLoad(server);
  } finally {
    await server.stop();
  }
}

async function receiver(): Promise<LoadResult> {
  const { folder, remove } = temporaryFolder();
  const server = await startServer([RECEIVER, 'start'], { DATA_DIR: folder, CONFIG_FILE: CONFIGURATION });
  try {
    return await underLoad(server);
  } finally {
    await server.stop();
    remove();
  }
}

const results: { plain: LoadResult; receiver: LoadResult }[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  const first = pair % 2 === 0;
  const one = first ? await plain() : await receiver();
  const other = first ? await receiver() : await plain();
  results.push(first ? { plain: one, receiver: other } : { plain: other, receiver: one });
}
wrk?.remove();

const of = (side: 'plain' | 'receiver', figure: keyof LoadResult) =>
  results.map((result) => result[side][figure]);
const ratioOf = (figure: keyof LoadResult) =>
  (median(of('receiver', figure)) / median(of('plain', figure))).toFixed(2);
const ratios = results.map((result) => result.receiver.perSecond / result.plain.perSecond);
printTable(
  ['', 'accepts per second', 'p99 ms', 'main thread, µs each'],
  [
    [
      'plain Express, keeps nothing',
      spread(of('plain', 'perSecond')),
      spread(of('plain', 'p99')),
      spread(of('plain', 'mainThread')),
    ],
    [
      'receiver, four deliveries each',
      spread(of('receiver', 'perSecond')),
      spread(of('receiver', 'p99')),
      spread(of('receiver', 'mainThread')),
    ],
    ['ratio', spread(ratios, 2), ratioOf('p99'), ratioOf('mainThread')],
  ],
);
