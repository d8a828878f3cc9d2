import { randomBytes, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataFolder } from '../base/data-folder.ts';

/** The file in the data folder with the webhook secret that the receiver made. */
export const SECRET_FILE = 'webhook-secret';

/** The receiver makes no shorter secrets, in characters. */
const SHORTEST_SECRET = 16;

/**
 * The secret that the receiver made at its first start, from its data folder. Makes one if there is none.
 *
 * @returns the secret (64 hex digits) and whether it is new
 */
export function ownSecret(dataFolder: string): { secret: string; made: boolean } {
  return keptSecret(dataFolder, SECRET_FILE);
}

/** The secret that the receiver made; null if it has made none. Throws if the file has no valid secret. */
export function madeSecret(dataFolder: string): string | null {
  return readSecret(join(dataFolder, SECRET_FILE));
}

/**
 * A random secret in a file of the data folder that only its owner can read. The file is written whole or not at
 * all, since an empty or partial secret is easy to guess. Throws if the file exists and has no valid secret.
 */
export function keptSecret(dataFolder: string, name: string): { secret: string; made: boolean } {
  makeDataFolder(dataFolder);
  const path = join(dataFolder, name);
  const known = readSecret(path);
  if (known !== null) {
    return { secret: known, made: false };
  }
  const secret = randomBytes(32).toString('hex');
  const written = `${path}.${randomUUID()}`;
  try {
    writeFileSync(written, `${secret}\n`, { flag: 'wx', mode: 0o600, flush: true });
    putInPlace(written, path);
    return { secret, made: true };
  } catch (error) {
    // Another process was first.
    const theirs = readSecret(path);
    if (theirs === null) {
      throw error;
    }
    return { secret: theirs, made: false };
  } finally {
    rmSync(written, { force: true });
  }
}

/** Never replaces a file: a link fails if there is one. Some file systems have no links. */
function putInPlace(written: string, path: string): void {
  try {
    linkSync(written, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw error;
    }
    renameSync(written, path);
  }
}

function readSecret(path: string): string | null {
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  }
  if (secret.length < SHORTEST_SECRET) {
    throw new Error(
      `The file ${path} has no valid secret: it is empty or incomplete. Restore it from a backup, or remove it and ` +
        'start again to get a new one.',
    );
  }
  return secret;
}
