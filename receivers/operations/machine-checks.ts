import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { makeDataFolder } from '../base/data-folder.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Check } from '../contract/destination.ts';
import { madeWebhookSecret, webhookSecretFile } from './made-secrets.ts';

/** The oldest Node of each line that binds numbered parameters of SQLite, such as ?1. Newer lines do. */
const OLDEST_MINOR: Record<number, number> = { 22: 20, 24: 7 };

/** Less free space than this is a fault, bytes. Less than ten times as much is a warning. */
const LEAST_FREE = 100 * 1024 * 1024;

/** What can be checked without the network: Node, settings, secrets, data folder, disk. */
export function* machineChecks(configuration: Configuration): Generator<Check, void, undefined> {
  const { connections, file, notices, sources, storage } = configuration;
  yield fine('Settings', `${file ?? 'the environment'} can be used`);
  for (const notice of notices) {
    yield { what: 'Settings', state: 'warning', finding: notice, fix: null };
  }
  for (const { kind, name, faults } of connections) {
    for (const { message } of faults) {
      yield { what: `The ${kind} ${name} of the console`, state: 'fault', finding: message, fix: null };
    }
  }
  for (const { name, secrets } of sources) {
    yield secretCheck(name, secrets, storage.dataFolder);
  }
  if (storage.databaseUrl === null) {
    yield dataFolderCheck(storage.dataFolder);
    yield diskCheck(storage.dataFolder);
  }
}

/** The version of Node that runs this. */
export function nodeCheck(): Check {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const oldestMinor = OLDEST_MINOR[major];
  const runs = oldestMinor === undefined ? major > 24 : minor >= oldestMinor;
  return runs
    ? fine('Node', node)
    : {
        what: 'Node',
        state: 'fault',
        finding: `${node} cannot run it`,
        fix: 'Use Node 24.7 or newer. The npm scripts use their own Node if npm ci ran with install scripts.',
      };
}

export function fine(what: string, finding: string): Check {
  return { what, state: 'ok', finding, fix: null };
}

/** Shorter secrets may be guessed, in characters. */
const ENOUGH_SECRET = 16;

function secretCheck(source: string, secrets: readonly string[], dataFolder: string): Check {
  const what = `Secret of ${source}`;
  if (secrets.length === 0) {
    return madeSecretCheck(what, dataFolder);
  }
  if (secrets.some((secret) => secret !== secret.trim())) {
    const fix = 'Remove the white space, unless the secret at Intelligems has the same.';
    return { what, state: 'warning', finding: 'it has white space around it', fix };
  }
  const shortest = Math.min(...secrets.map(({ length }) => length));
  return shortest >= ENOUGH_SECRET
    ? fine(what, 'it is set')
    : {
        what,
        state: 'warning',
        finding: `it has ${shortest} characters, so it may be guessed, and it is masked as [secret] wherever a text contains it`,
        fix: `Use a random one of at least ${ENOUGH_SECRET} characters, here and in Intelligems. To make one, run: openssl rand -hex 32`,
      };
}

function madeSecretCheck(what: string, dataFolder: string): Check {
  try {
    const made = madeWebhookSecret(dataFolder) !== null;
    return fine(
      what,
      made ? `it is in ${webhookSecretFile(dataFolder)}` : 'the receiver makes one at its first start',
    );
  } catch (error) {
    return { what, state: 'fault', finding: (error as Error).message, fix: null };
  }
}

function dataFolderCheck(folder: string): Check {
  try {
    makeDataFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK);
    return fine('Data folder', `${folder} can be written`);
  } catch (error) {
    return {
      what: 'Data folder',
      state: 'fault',
      finding: `${folder} cannot be written (${(error as NodeJS.ErrnoException).code})`,
      fix: 'Set DATA_DIR to a folder that this user may write, on a disk that survives restarts.',
    };
  }
}

function diskCheck(folder: string): Check {
  if (!existsSync(folder)) {
    return {
      what: 'Disk',
      state: 'warning',
      finding: 'the data folder does not exist',
      fix: 'Fix the data folder first.',
    };
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const words = `${(free / 1024 ** 3).toFixed(1)} GB free`;
  if (free >= 10 * LEAST_FREE) {
    return fine('Disk', words);
  }
  return {
    what: 'Disk',
    state: free < LEAST_FREE ? 'fault' : 'warning',
    finding: words,
    fix: 'Free some space, or lower RETENTION_DAYS. When the disk is full, webhooks are answered 503 and may be lost after five attempts.',
  };
}
