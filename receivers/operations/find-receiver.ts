import { howToRun } from '../base/how-to-run.ts';
import type { LocalPlace } from '../config/local-receiver.ts';
import { madeConsoleToken } from './made-secrets.ts';
import type { Operations } from './operations.ts';
import { connectOperations, RemoteError } from './remote.ts';

/** How long a receiver on this machine may take to answer, milliseconds. */
const ANSWER_MS = 5_000;

/** Where a receiver is, and how to get in. */
export interface ReceiverPlace {
  url: string;
  /** Null if none is known. */
  token: string | null;
}

/** The receiver that the settings describe, if it answers; else null. */
export async function findLocalReceiver(
  local: Pick<LocalPlace, 'host' | 'port' | 'consoleToken' | 'dataFolder'>,
): Promise<ReceiverPlace | null> {
  const url = localUrl(local);
  return (await answers(url))
    ? { url, token: local.consoleToken ?? madeConsoleToken(local.dataFolder) }
    : null;
}

/** Where a receiver with these settings is found on its own machine. */
export function localUrl({ host, port }: { host: string; port: number }): string {
  const near = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}`;
}

/** The operations of a running receiver. Throws a sentence if no token is known. */
export function connectTo({ url, token }: ReceiverPlace): Operations {
  if (token === null) {
    throw new Error(
      'The receiver needs the console’s token. Give --token, set CONSOLE_TOKEN, or run this where the data folder is (DATA_DIR).',
    );
  }
  return connectOperations(url, token);
}

/** Why a call to a receiver failed, in a sentence. */
export function callFailure(error: Error): string {
  const cause = error.cause as (Error & { code?: string }) | undefined;
  return !(error instanceof RemoteError) && error.name === 'TypeError' && cause !== undefined
    ? `The receiver does not answer (${cause.code ?? cause.message}). Is it running? Start it with: ${howToRun('start')}`
    : error.message;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) })).ok;
  } catch {
    return false;
  }
}
