import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../fixtures/receiver.ts';
import { type LoadResult, mainThreadTime, WARM_UP_SECONDS } from './server.ts';
import type { SignedEvent } from './signed-events.ts';

const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url));
const run = promisify(execFile);

/** What the script prints when it is done. */
interface Summary {
  requests: number;
  /** Microseconds, as is `p99`. */
  duration: number;
  p99: number;
  failed: number;
  refused: number;
}

/**
 * A load generator that takes little from the server's cores: wrk (https://github.com/wg/wrk), which must be
 * installed. Its requests lie in a file that is there until {@link remove}.
 */
export class Wrk {
  readonly remove: () => void;
  readonly #folder: string;
  readonly #seconds: number;
  readonly #files: readonly { file: string; count: number }[];

  constructor(events: readonly SignedEvent[], seconds: number) {
    const { folder, remove } = temporaryFolder();
    this.remove = remove;
    this.#folder = folder;
    this.#seconds = seconds;
    const forWarmUp = Math.floor((events.length * WARM_UP_SECONDS) / (WARM_UP_SECONDS + seconds));
    this.#files = [events.slice(0, forWarmUp), events.slice(forWarmUp)].map((part, index) =>
      this.#write(`requests-${index}`, part),
    );
  }

  /** As `load` of server.ts: 50 connections, after a time in which the server warms up. */
  async load(url: string, pid: number | undefined): Promise<LoadResult> {
    await this.#post(url, 0, WARM_UP_SECONDS);
    const before = mainThreadTime(pid);
    const { requests, duration, p99 } = await this.#post(url, 1, this.#seconds);
    const mainThread = (mainThreadTime(pid) - before) / requests;
    return { perSecond: requests / (duration / 1_000_000), p99: p99 / 1_000, mainThread };
  }

  async #post(url: string, part: 0 | 1, seconds: number): Promise<Summary> {
    const { file, count } = this.#files[part] as { file: string; count: number };
    const { stdout } = await run('wrk', ['-t1', '-c50', `-d${seconds}s`, '-s', SCRIPT, url, '--', file]);
    const summary = JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as Summary;
    if (summary.requests > count - 50) {
      throw new Error(`Only ${count} events were prepared and ${summary.requests} were sent: prepare more.`);
    }
    if (summary.refused > 0 || summary.failed > 0) {
      throw new Error(`${summary.refused} answers were no success, ${summary.failed} requests failed.`);
    }
    return summary;
  }

  #write(name: string, events: readonly SignedEvent[]): { file: string; count: number } {
    const file = join(this.#folder, name);
    const descriptor = openSync(file, 'w');
    for (const event of events) {
      const request = requestOf(event);
      writeSync(descriptor, String(Buffer.byteLength(request)).padStart(8, '0') + request);
    }
    closeSync(descriptor);
    return { file, count: events.length };
  }
}

function requestOf({ body, headers }: SignedEvent): string {
  const all = { host: '127.0.0.1', ...headers, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /webhooks/intelligems HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
