import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes the data folder where it is missing, readable by its owner only. Throws what the file system says. Each
 * level by itself: Node's `recursive` never comes back where a parent cannot hold folders, such as /proc.
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
