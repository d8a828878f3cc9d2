import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the data folder if it is missing, for its owner only. Throws the error of the file system. Makes one level at
 * a time: Node's `recursive` never returns if a parent cannot have folders, such as /proc.
 */
export function makeDataFolder(folder: string): void {
  const path = resolve(folder);
  if (isFolder(path)) {
    return;
  }
  if (!existsSync(path)) {
    makeDataFolder(dirname(path));
  }
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it in between.
    if (!isFolder(path)) {
      throw error;
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
