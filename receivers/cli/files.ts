import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { Terminal } from './terminal.ts';

/** Reads a file, or the standard input for `-`. Rejects with the error of the file system. */
export async function readInput(terminal: Terminal, file: string): Promise<Buffer> {
  return file === '-' ? buffer(terminal.input) : readFileSync(terminal.path(file));
}

/** Says why a file that an option names cannot be written. */
export function unwritable(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(
    `${path} cannot be written (${code ?? message}). Give --out a file in a folder that exists and that you may write.`,
  );
}
