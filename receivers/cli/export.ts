import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { jsonLine } from '../base/visible-text.ts';
import type { Operations } from '../operations/operations.ts';
import { count } from '../operations/words.ts';
import type { AccessOptions } from './access-options.ts';
import { unwritable } from './files.ts';
import { onReceiver } from './receiver-access.ts';
import { endOf, type Terminal, writeTo } from './terminal.ts';

export interface ExportOptions extends AccessOptions {
  out?: string;
  after: number;
}

/** Events that are read at once. */
const PAGE = 200;

/** Writes all events to a file or the standard output. */
export function exportEvents(terminal: Terminal, command: Command, options: ExportOptions): Promise<void> {
  return onReceiver(terminal, command, options, async ({ operations }) => {
    const file = options.out === undefined ? null : await fileToWrite(terminal.path(options.out));
    const write = (line: string) => (file === null ? terminal.write(line) : writeTo(file, line));
    const written = await writeEvents(operations, options.after, write, (soFar) => {
      if (file !== null || !terminal.isInteractive) {
        terminal.progress(`${count(soFar, 'event')} written`);
      }
    });
    if (file !== null) {
      await endOf(file);
    }
    terminal.report(
      `${count(written, 'event')} written${options.out === undefined ? '' : ` to ${options.out}`}.`,
    );
  });
}

/** Writes all events after the one with this sequence, page by page; gives how many. */
async function writeEvents(
  operations: Pick<Operations, 'exportPage'>,
  afterSequence: number,
  write: (line: string) => Promise<void>,
  onProgress: (written: number) => void,
): Promise<number> {
  let written = 0;
  for (let after = afterSequence; ; ) {
    const page = await operations.exportPage(after, PAGE);
    const last = page.at(-1);
    if (last === undefined) {
      return written;
    }
    for (const story of page) {
      await write(`${jsonLine(story)}\n`);
    }
    written += page.length;
    after = last.event.sequence;
    onProgress(written);
  }
}

async function fileToWrite(path: string): Promise<Writable> {
  try {
    return (await open(path, 'w', 0o600)).createWriteStream();
  } catch (error) {
    throw unwritable(path, error);
  }
}
