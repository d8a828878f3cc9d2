import { Receiver, temporaryFolder } from '../fixtures/receiver.ts';
import { fillLedger } from './fill.ts';
import { printTable, spread } from './table.ts';

/**
 * The console's pages with a million events in the ledger against the same pages with ten thousand, asked
 * in turn in one run. What is behind a page's chart is measured by itself, since the page does not wait for it: at
 * the first look ever, and at the first one after a restart.
 *
 *   npm run bench:console [-- ROUNDS [EVENTS]]
 */
const [rounds = 9, held = 1_000_000] = process.argv.slice(2).map(Number);

const FEW = 10_000;
const TOKEN = 'the-token-of-the-bench';

const EXPERIENCE = '00000007-0000-4000-8000-000000000000';

const PATHS: readonly [what: string, path: string][] = [
  ['overview', '/console'],
  ['set-up', '/console/set-up'],
  ['events', '/console/events'],
  ['events of one action', '/console/events?action=startExperience'],
  ['events of one experience', `/console/events?experience=${EXPERIENCE}`],
  ['search for a name', '/console/events?search=Experience+499'],
  ['search for what is not there', '/console/events?search=nowhere'],
  ['events with a dead letter', '/console/events?state=dead'],
  ['one event', '/console/events/KEY'],
  ['experiences', '/console/experiences'],
  ['one experience', `/console/experiences/${EXPERIENCE}`],
  ['dead letters', '/console/dead-letters'],
];

const CHARTS: readonly [what: string, path: string][] = [
  ['chart of 24 hours', '/console/api/timeline?range=24h'],
  ['chart of 7 days', '/console/api/timeline?range=7d'],
  ['chart of 30 days', '/console/api/timeline?range=30d'],
];

interface Side {
  receiver: Receiver;
  cookie: string;
  key: string;
  folder: string;
  remove(): void;
}

async function filledSide(events: number): Promise<Side> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  fillLedger(folder, events);
  return startSide({ folder, remove });
}

async function restarted({ receiver, folder, remove }: Side): Promise<Side> {
  await receiver.stop();
  return startSide({ folder, remove });
}

async function startSide({ folder, remove }: Pick<Side, 'folder' | 'remove'>): Promise<Side> {
  const receiver = await Receiver.start({ DATA_DIR: folder, CONSOLE_TOKEN: TOKEN, LOG_LEVEL: 'error' });
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    headers: { origin: receiver.url },
    body: new URLSearchParams({ token: TOKEN }),
    redirect: 'manual',
  });
  const cookie = (login.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const list = await fetch(`${receiver.url}/console/api/events?limit=1`, { headers: { cookie } });
  const { events: listed } = (await list.json()) as { events: { key: string }[] };
  return { receiver, cookie, key: listed[0]?.key ?? '', folder, remove };
}

async function timed({ receiver, cookie, key }: Side, path: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${receiver.url}${path.replace('KEY', key)}`, { headers: { cookie } });
  await response.text();
  if (!response.ok) {
    throw new Error(`${path} answered ${response.status}.`);
  }
  return performance.now() - start;
}

let few = await filledSide(FEW);
let many = await filledSide(held);

/** A row of the table: the page of both sides, asked in turn this many times. */
async function row(what: string, path: string, times: number): Promise<string[]> {
  const took: Record<'few' | 'many', number[]> = { few: [], many: [] };
  for (let round = 0; round < times; round += 1) {
    took.few.push(await timed(few, path));
    took.many.push(await timed(many, path));
  }
  const ratios = took.many.map((time, index) => time / (took.few[index] as number));
  return [what, spread(took.few, 1), spread(took.many, 1), spread(ratios, 1)];
}

const rows: string[][] = [];
for (const [what, path] of PATHS) {
  rows.push(await row(what, path, rounds));
}
for (const [what, path] of CHARTS) {
  rows.push(await row(`${what}, first look`, path, 1));
}
[few, many] = [await restarted(few), await restarted(many)];
for (const [what, path] of CHARTS) {
  rows.push(await row(`${what}, after a restart`, path, 1));
}
printTable(
  ['page', `${FEW.toLocaleString('en')} events, ms`, `${held.toLocaleString('en')} events, ms`, 'ratio'],
  rows,
);
for (const { receiver, remove } of [few, many]) {
  await receiver.stop();
  remove();
}
