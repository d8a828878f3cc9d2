import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../fixtures/receiver.ts';
import type { Posted } from './server.ts';
import type { SignedEvent } from './signed-events.ts';

const SCRIPT = fileURLToPath(new URL('requests.lua', import.meta.url));
const CONNECTIONS = 50;
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
 * As `post` of server.ts, with a load generator that takes little from the server's cores: wrk
 * (https://github.com/wg/wrk), which must be installed.
 */
export async function postWithWrk(
  url: string,
  events: readonly SignedEvent[],
  { seconds }: { seconds: number },
): Promise<Posted> {
  const { folder, remove } = temporaryFolder({ onDisk: true });
  try {
    const file = join(folder, 'requests');
    writeRequests(file, events);
    const { stdout } = await run('wrk', [
      '-t1',
      `-c${CONNECTIONS}`,
      `-d${seconds}s`,
      '-s',
      SCRIPT,
      url,
      '--',
      file,
    ]);
    const summary = JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as Summary;
    const { requests, duration, p99, refused, failed } = summary;
    if (requests > events.length - CONNECTIONS) {
      throw new Error(`Only ${events.length} events were prepared and ${requests} were sent: prepare more.`);
    }
    if (refused > 0 || failed > 0) {
      throw new Error(`${refused} answers were no success, ${failed} requests failed.`);
    }
    return {
      perSecond: requests / (duration / 1_000_000),
      p99: p99 / 1_000,
      requests,
      sent: requests + CONNECTIONS,
    };
  } finally {
    remove();
  }
}

/** Writes each request after its length in bytes, as requests.lua reads them. */
function writeRequests(file: string, events: readonly SignedEvent[]): void {
  const descriptor = openSync(file, 'w');
  for (const event of events) {
    const request = requestOf(event);
    writeSync(descriptor, String(Buffer.byteLength(request)).padStart(8, '0') + request);
  }
  closeSync(descriptor);
}

function requestOf({ body, headers }: SignedEvent): string {
  const all = { host: '127.0.0.1', ...headers, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /webhooks/intelligems HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
