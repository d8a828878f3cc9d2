import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { environment } from '../fixtures/receiver.ts';
import { BENCH_SECRET, type SignedEvent } from './signed-events.ts';

/** A server under load, as a child process. */
export interface BenchServer {
  url: string;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a script that prints “Receiving on URL,”; its further output is thrown away. */
export async function startServer(
  args: readonly string[],
  settings: Record<string, string>,
  cwd?: string,
): Promise<BenchServer> {
  const child = spawn(process.execPath, args, {
    cwd,
    env: environment({ HOST: '127.0.0.1', PORT: '0', INTELLIGEMS_WEBHOOK_SECRET: BENCH_SECRET, ...settings }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text = text.length < 10_000 ? text + chunk : text;
      const found = /Receiving on (http:\/\/\S+?),/.exec(text)?.[1];
      if (found !== undefined) {
        resolve(found);
      }
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}.\n${text}`)));
  });
  return {
    url,
    process: child,
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

export interface LoadResult {
  perSecond: number;
  /** Milliseconds. */
  p99: number;
}

/** Posts different events over 50 connections for so many seconds. Throws if one was not answered 2xx. */
export async function load(
  url: string,
  events: readonly SignedEvent[],
  seconds: number,
): Promise<LoadResult> {
  let next = 0;
  const result = await autocannon({
    url,
    connections: 50,
    duration: seconds,
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
  if (next > events.length) {
    throw new Error(`Only ${events.length} events were prepared and ${next} were sent: prepare more.`);
  }
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} answers were no success, ${result.errors} requests failed.`);
  }
  return { perSecond: result.requests.average, p99: result.latency.p99 };
}
