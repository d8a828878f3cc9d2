import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { count } from '../operations/words.ts';
import { unwritable } from './lines.ts';
import { type AccessOptions, onReceiver, withAccessOptions } from './receiver-access.ts';

interface ExportOptions extends AccessOptions {
  out?: string;
  after: number;
}

/** So many events are read at once. */
const PAGE = 200;

/** Adds `export`: the whole ledger as JSON Lines. */
export function addExportCommand(program: Command): void {
  withAccessOptions(
    program
      .command('export')
      .description('write all events with their deliveries and attempts as JSON Lines, oldest first')
      .option('--out <file>', 'the file to write (default: the standard output)')
      .option('--after <sequence>', 'only events after the one of this sequence', wholeNumber, 0),
  ).action((options: ExportOptions, command: Command) =>
    onReceiver(options, command, async ({ operations }) => {
      const out = options.out === undefined ? process.stdout : await fileToWrite(options.out);
      const progress =
        process.stderr.isTTY === true && !(options.out === undefined && process.stdout.isTTY === true);
      let after = options.after;
      let written = 0;
      for (;;) {
        const page = await operations.exportPage(after, PAGE);
        for (const story of page) {
          await write(out, `${JSON.stringify(story)}\n`);
        }
        written += page.length;
        after = page.at(-1)?.event.sequence ?? after;
        if (progress) {
          process.stderr.write(`\r${count(written, 'event')} written`);
        }
        if (page.length === 0) {
          break;
        }
      }
      if (out !== process.stdout) {
        out.end();
        await finished(out);
      }
      process.stderr.write(
        `${progress ? '\r' : ''}${count(written, 'event')} written${options.out === undefined ? '' : ` to ${options.out}`}.\n`,
      );
    }),
  );
}

async function fileToWrite(path: string): Promise<Writable> {
  try {
    return (await open(path, 'w', 0o600)).createWriteStream();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function write(out: Writable, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    out.write(line, (error) => (error ? reject(error) : resolve()));
  });
}

function wholeNumber(written: string): number {
  if (!/^\d{1,15}$/.test(written)) {
    throw new InvalidArgumentError('Write the sequence of an event, a whole number.');
  }
  return Number(written);
}
