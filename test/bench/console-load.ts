import { setTimeout } from 'node:timers/promises';
import { signWebhook } from '../../shared/verifier.ts';
import { samplePayload } from '../fixtures/messages.ts';
import { Receiver, temporaryFolder } from '../fixtures/receiver.ts';
import { BENCH_SECRET } from './signed-events.ts';
import { printTable } from './table.ts';

/**
 * How long a webhook waits while people look at the console and export, with large events in the ledger: 30 experiences
 * of 20 events each, 158 KB an event.
 *
 *   node test/bench/console-load.ts [EVENTS [KILOBYTES]]
 */
const [held = 600, kilobytes = 158] = process.argv.slice(2).map(Number);

const EXPERIENCES = 30;
const TOKEN = 'the-token-of-the-bench';
const PAUSE_MS = 10;
/** How often each page is asked for while webhooks are timed. */
const PAGES = 10;

const home = temporaryFolder({ onDisk: true });
const receiver = await Receiver.start({
  DATA_DIR: home.folder,
  CONSOLE_TOKEN: TOKEN,
  LOG_LEVEL: 'error',
  INTELLIGEMS_WEBHOOK_SECRET: BENCH_SECRET,
});
const authorization = { authorization: `Bearer ${TOKEN}` };
let sent = 0;

/** Gives the milliseconds until the answer. */
async function post(bytes: number): Promise<number> {
  sent += 1;
  const sample = samplePayload('end');
  const id = `experience-${sent % EXPERIENCES}`;
  const experience = { ...sample.experience, id, name: id, padding: 'x'.repeat(bytes) };
  const body = JSON.stringify({ ...sample, timestamp: sample.timestamp + sent, experience });
  const signature = signWebhook(body, BENCH_SECRET);
  const start = performance.now();
  const response = await fetch(`${receiver.url}/webhooks/intelligems`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-intelligems-signature': signature },
    body,
  });
  await response.text();
  if (response.status !== 200) {
    throw new Error(`A webhook was answered ${response.status}.`);
  }
  return performance.now() - start;
}

async function logIn(): Promise<string> {
  const login = await fetch(`${receiver.url}/console/login`, {
    method: 'POST',
    headers: { origin: receiver.url },
    body: new URLSearchParams({ token: TOKEN }),
    redirect: 'manual',
  });
  return (login.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
}

/** The times of webhooks until a task ends. */
async function timesBeside(task: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let ended = false;
  const running = task().finally(() => {
    ended = true;
  });
  while (!ended) {
    times.push(await post(1_000));
    await setTimeout(PAUSE_MS);
  }
  await running;
  return times.sort((one, other) => one - other);
}

async function read(path: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(`${receiver.url}${path}`, { headers });
  if (!response.ok) {
    throw new Error(`${path} was answered ${response.status}.`);
  }
  await response.arrayBuffer();
}

async function repeatedly(path: string, headers: Record<string, string>): Promise<void> {
  for (let round = 0; round < PAGES; round += 1) {
    await read(path, headers);
  }
}

for (let number = 0; number < held; number += 1) {
  await post(kilobytes * 1_000);
}
const cookie = { cookie: await logIn() };
const tasks: [what: string, task: () => Promise<unknown>][] = [
  ['nothing', () => setTimeout(5_000)],
  ['the list of experiences', () => repeatedly('/console/experiences', cookie)],
  ['one experience', () => repeatedly('/console/experiences/experience-1', cookie)],
  ['the list of events', () => repeatedly('/console/events', cookie)],
  ['an export of 1,000 events', () => read('/console/api/export?limit=1000', authorization)],
];
const rows: string[][] = [];
for (const [what, task] of tasks) {
  process.stderr.write(`${what}\n`);
  const times = await timesBeside(task);
  const at = (share: number) =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  rows.push([what, String(times.length), at(0.5), at(0.99), at(1)]);
}
printTable(['beside', 'webhooks', 'median ms', 'p99 ms', 'longest ms'], rows);
await receiver.stop();
home.remove();
