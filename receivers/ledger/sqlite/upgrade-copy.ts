import { closeSync, copyFileSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

const SUFFIX = '.schema-';

/**
 * Copies a ledger file before an upgrade to `ledger.sqlite.schema-N` next to it, where N is its version, durably.
 * Throws if that fails: there is no upgrade without a way back.
 */
export function copyBeforeUpgrade(database: DatabaseSync, file: string, version: number): string {
  const copy = `${file}${SUFFIX}${version}`;
  const unfinished = `${copy}.unfinished`;
  try {
    // The copy is of the file alone: what is in the write-ahead log goes into the file first.
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
    if (busy !== 0) {
      throw new Error('another program has the ledger open');
    }
    copyFileSync(file, unfinished);
    sync(unfinished);
    renameSync(unfinished, copy);
    return copy;
  } catch (error) {
    removeCopy(unfinished);
    throw new Error(
      `The ledger was not upgraded, because the copy that makes going back possible could not be written to ${copy} ` +
        `(${(error as Error).message}). Nothing has changed. Free disk space and start again, or start the earlier version.`,
      { cause: error },
    );
  }
}

export function removeCopy(copy: string): void {
  rmSync(copy, { force: true });
}

/** The copies that upgrades left next to a ledger file. */
export function upgradeCopies(file: string): string[] {
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(`${basename(file)}${SUFFIX}`))
    .map((name) => join(dirname(file), name));
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
