import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
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
  const { folder, remove } = temporaryFolder();
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
  /** What the main thread of the server's process worked per request, microseconds; NaN if that is not known. */
  mainThread: number;
}

/** The warm-up under load, while the platform still compiles a new server; not measured. */
export const WARM_UP_SECONDS = 3;

/** How many events to prepare for a load of some seconds at a maximum rate per second. */
export function eventsFor(seconds: number, perSecond = 20_000): number {
  return perSecond * (seconds + WARM_UP_SECONDS);
}

/**
 * Posts different events over 50 connections for this many seconds, after the server has warmed up.
 * Throws if one was not answered 2xx.
 *
 * @param pid the server's process, where its main thread is to be watched (on Linux)
 */
export async function load(
  url: string,
  events: readonly SignedEvent[],
  seconds: number,
  pid?: number,
): Promise<LoadResult> {
  let next = 0;
  const post = (duration: number) =>
    autocannon({
      url,
      connections: 50,
      duration,
      requests: [
        {
          method: 'POST',
          path: '/webhooks/intelligems',
          setupRequest: (request) => {
            const event = events[next % events.length] as SignedEvent;
            next += 1;
            return { ...request, ...event };
          },
        },
      ],
    });
  await post(WARM_UP_SECONDS);
  const before = mainThreadTime(pid);
  const result = await post(seconds);
  const mainThread = (mainThreadTime(pid) - before) / result.requests.total;
  if (next > events.length) {
    throw new Error(`Only ${events.length} events were prepared and ${next} were sent: prepare more.`);
  }
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no success, ${result.errors} requests failed.`);
  }
  return { perSecond: result.requests.average, p99: result.latency.p99, mainThread };
}

/** The processor's time of a process's main thread, microseconds (Linux: Documentation/scheduler/sched-stats). */
export function mainThreadTime(pid: number | undefined): number {
  const file = `/proc/${pid}/task/${pid}/schedstat`;
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) / 1_000 : Number.NaN;
}
