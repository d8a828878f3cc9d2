import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataFolder } from '../data-folder.ts';

/** The file in the data folder that holds a secret which the receiver made itself. */
export const SECRET_FILE = 'webhook-secret';

/**
 * The secret that the receiver made on its first start, from its data folder; made now if there is none.
 *
 * @returns the secret (64 hex digits) and whether it is new
 */
export function ownSecret(dataFolder: string): { secret: string; made: boolean } {
  return keptSecret(dataFolder, SECRET_FILE);
}

/** The secret that the receiver made itself; null where it has made none. */
export function madeSecret(dataFolder: string): string | null {
  try {
    return readFileSync(join(dataFolder, SECRET_FILE), 'utf8').trim();
  } catch {
    return null;
  }
}

/** A random secret that is kept in a file of the data folder, readable by its owner only. */
export function keptSecret(dataFolder: string, name: string): { secret: string; made: boolean } {
  makeDataFolder(dataFolder);
  const path = join(dataFolder, name);
  const secret = randomBytes(32).toString('hex');
  try {
    writeFileSync(path, `${secret}\n`, { flag: 'wx', mode: 0o600 });
    return { secret, made: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
    return { secret: readFileSync(path, 'utf8').trim(), made: false };
  }
}
