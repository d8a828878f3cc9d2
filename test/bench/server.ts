import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { environment, temporaryFolder } from '../fixtures/receiver.ts';
import { BENCH_SECRET, type SignedEvent } from './signed-events.ts';

/** A server under load, as a child process. */
export interface BenchServer {
  url: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/**
 * Starts a script that prints “Receiving on URL,”. Its output goes to a file, so that the load generator
 * does not spend its time on reading it.
 */
export async function startServer(
  args: readonly string[],
  settings: Record<string, string>,
  cwd?: string,
): Promise<BenchServer> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  const file = join(folder, 'output');
  const output = openSync(file, 'w');
  const child = spawn(process.execPath, args, {
    cwd,
    env: environment({ HOST: '127.0.0.1', PORT: '0', INTELLIGEMS_WEBHOOK_SECRET: BENCH_SECRET, ...settings }),
    stdio: ['ignore', output, 'inherit'],
  });
  closeSync(output);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with ${code}.\n${readFileSync(file, 'utf8')}`);
  });
  const url = await Promise.race([announced(file), ended]);
  ended.catch(() => remove());
  return {
    url,
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function announced(file: string): Promise<string> {
  for (;;) {
    const found = /Receiving on (http:\/\/\S+?),/.exec(readFileSync(file, 'utf8'))?.[1];
    if (found !== undefined) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface LoadResult {
  perSecond: number;
  /** Milliseconds. */
  p99: number;
}

/** What a load generator counted while it posted. */
export interface Posted extends LoadResult {
  requests: number;
  /** Also counts the requests that the end cut off. */
  sent: number;
}

/** The warm-up under load, while the platform still compiles a new server; not measured. */
const WARM_UP_SECONDS = 3;

/** How many events to prepare for a load of some seconds at a maximum rate per second. */
export function eventsFor(seconds: number, perSecond = 20_000): number {
  return perSecond * (seconds + WARM_UP_SECONDS);
}

/**
 * Posts different events over 50 connections for this many seconds, after the server has warmed up.
 * Throws if one was not answered 2xx.
 */
export async function load(
  url: string,
  events: readonly SignedEvent[],
  seconds: number,
): Promise<LoadResult> {
  const warmUp = await post(url, events, { seconds: WARM_UP_SECONDS });
  return post(url, events.slice(warmUp.sent), { seconds });
}

/**
 * Posts events with autocannon over 50 connections, each event once, for some seconds or until an amount is answered.
 * Throws if one was not answered 2xx or if there were too few events.
 */
export async function post(
  url: string,
  events: readonly SignedEvent[],
  limit: { seconds: number } | { amount: number },
): Promise<Posted> {
  let sent = 0;
  const result = await autocannon({
    url,
    connections: 50,
    ...('amount' in limit ? limit : { duration: limit.seconds }),
    requests: [
      {
        method: 'POST',
        path: '/webhooks/intelligems',
        setupRequest: (request) => {
          const event = events[sent % events.length] as SignedEvent;
          sent += 1;
          return { ...request, ...event };
        },
      },
    ],
  });
  if (sent > events.length) {
    throw new Error(`Only ${events.length} events were prepared and ${sent} were sent: prepare more.`);
  }
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no success, ${result.errors} requests failed.`);
  }
  return {
    perSecond: result.requests.total / result.duration,
    p99: result.latency.p99,
    requests: result.requests.total,
    sent,
  };
}

/**
 * The processor time of all threads of a process so far, and of its main thread, microseconds. Linux only
 * (Documentation/scheduler/sched-stats).
 */
export function processorTime(pid: number): { all: number; main: number } {
  const threads = `/proc/${pid}/task`;
  const of = (thread: string | number) =>
    Number(readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1_000;
  return { all: readdirSync(threads).reduce((sum, thread) => sum + of(thread), 0), main: of(pid) };
}
