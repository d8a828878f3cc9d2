import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { startServer } from './server.ts';
import { printTable, spread } from './table.ts';

/**
 * From the process's start to listening, and its memory when idle, with all four destinations configured.
 *
 *   npm run bench:start [-- ROUNDS]
 */
const [rounds = 7] = process.argv.slice(2).map(Number);

const RECEIVER = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const CONFIGURATION = fileURLToPath(new URL('four-destinations.yaml', import.meta.url));

/** Until it is idle, and has kept what it compiled for the next start: the first one of all shows in the range. */
const SETTLED_MS = 4_000;

const starts: number[] = [];
const bare: number[] = [];
const memory: number[] = [];

for (let round = 0; round < rounds; round += 1) {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const begun = performance.now();
  const server = await startServer([RECEIVER, 'start'], { DATA_DIR: folder, CONFIG_FILE: CONFIGURATION });
  starts.push(performance.now() - begun);
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1];
  memory.push(Number(kilobytes) / 1_024);
  await server.stop();
  remove();
  const plainBegun = performance.now();
  const plain = await startServer([fileURLToPath(new URL('plain-express.ts', import.meta.url))], {});
  bare.push(performance.now() - plainBegun);
  await plain.stop();
}

printTable(
  ['', 'median (range)'],
  [
    ['receiver with four destinations: to listening, ms', spread(starts)],
    ['a plain Express server: to listening, ms', spread(bare)],
    ['receiver: memory when idle, MB', spread(memory)],
  ],
);
