import { fileURLToPath } from 'node:url';
import { SqliteLedger } from '../../receivers/ledger/sqlite/ledger.ts';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { fillLedger } from './fill.ts';
import { eventsFor, type LoadResult, load, startServer } from './server.ts';
import { signedEvents } from './signed-events.ts';
import { printTable, spread } from './table.ts';

/**
 * Accepting with a million events in the ledger against an empty one, interleaved in one run, and the first
 * page of the list of events.
 *
 *   npm run bench:growth [-- PAIRS [SECONDS [EVENTS]]]
 */
const [pairs = 7, seconds = 4, held = 1_000_000] = process.argv.slice(2).map(Number);

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const CONFIGURATION = fileURLToPath(new URL('accept.yaml', import.meta.url));
const full = temporaryFolder({ onDisk: true });

/** What is there stays, and grows: a copy for each run would still be on its way to the disk during the run. */
async function accept(folder: string): Promise<LoadResult> {
  const events = signedEvents(eventsFor(seconds, 16_000));
  const server = await startServer([RECEIVER, 'start'], { DATA_DIR: folder, CONFIG_FILE: CONFIGURATION });
  try {
    return await load(server.url, events, seconds);
  } finally {
    await server.stop();
  }
}

async function acceptIntoEmpty(): Promise<LoadResult> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  try {
    return await accept(folder);
  } finally {
    remove();
  }
}

async function firstPages(): Promise<number[]> {
  const ledger = await SqliteLedger.open(full.folder);
  const times: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    const start = performance.now();
    await ledger.events({ limit: 50 });
    times.push(performance.now() - start);
  }
  await ledger.close();
  return times;
}

fillLedger(full.folder, held);
const pages = await firstPages();
const empties: LoadResult[] = [];
const fulls: LoadResult[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  if (pair % 2 === 0) {
    empties.push(await acceptIntoEmpty());
    fulls.push(await accept(full.folder));
  } else {
    fulls.push(await accept(full.folder));
    empties.push(await acceptIntoEmpty());
  }
}
full.remove();

const ratios = fulls.map((result, index) => result.perSecond / (empties[index] as LoadResult).perSecond);
printTable(
  ['', 'accepts per second'],
  [
    ['empty ledger', spread(empties.map(({ perSecond }) => perSecond))],
    [`${held.toLocaleString('en')} events`, spread(fulls.map(({ perSecond }) => perSecond))],
    ['ratio', spread(ratios, 2)],
    ['first page of the event list, ms', spread(pages, 1)],
  ],
);
