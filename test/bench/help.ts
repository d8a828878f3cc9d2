import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, printTable, spread } from './table.ts';

/**
 * The processor time of `--help`, of the program and of its commands, against a Node that does nothing, in turn.
 *
 *   npm run bench:help [-- ROUNDS]
 */
const [rounds = 9] = process.argv.slice(2).map(Number);

const RUN = fileURLToPath(new URL('../../receivers/cli/run.js', import.meta.url));
const COMMANDS = [
  'start',
  'send',
  'verify',
  'routes',
  'preview',
  'events',
  'replay',
  'doctor',
  'zapier-keys',
];

/** Writes what the process used, in microseconds, to a pipe of its own when it ends. */
const MEASURE = `data:text/javascript,import { writeSync } from 'node:fs';
process.on('exit', () => { const { user, system } = process.cpuUsage(); writeSync(3, String(user + system)); });`;

/** Processor time of one run, milliseconds. */
function costOf(words: readonly string[]): number {
  const { output } = spawnSync(process.execPath, ['--import', MEASURE, ...words], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return Number(output[3]) / 1_000;
}

const bare: number[] = [];
const costs = new Map<string, number[]>(['', ...COMMANDS].map((name) => [name, []]));

// The first run of all compiles, and is not counted.
for (const name of costs.keys()) {
  costOf([RUN, name, '--help'].filter((word) => word !== ''));
}
for (let round = 0; round < rounds; round += 1) {
  for (const [name, spent] of costs) {
    bare.push(costOf(['-e', '0']));
    spent.push(costOf([RUN, name, '--help'].filter((word) => word !== '')));
  }
}

printTable(
  ['', 'ms of processor time, median (range)', 'times bare Node'],
  [
    ['Node that does nothing', spread(bare), '1.0'],
    ...[...costs].map(([name, spent]) => [
      `${name} --help`.trim(),
      spread(spent),
      (median(spent) / median(bare)).toFixed(1),
    ]),
  ],
);
