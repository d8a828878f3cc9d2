import { readFileSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';

/** The mark is written at most this often: accepting must not wait for its disk writes. Milliseconds. */
const EVERY_MS = 5_000;

/**
 * Remembers, in a small file outside SQLite's, how far the ledger got. A copy of ledger.sqlite without its write-ahead
 * log looks like a whole, older ledger; the mark shows that events are missing.
 */
export class ProgressMark {
  readonly #file: string;
  readonly #everyMs: number;
  #reached: number;
  #written: number;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();

  /** @param reached the sequence of the last event in the ledger now */
  constructor(file: string, reached: number, everyMs = EVERY_MS) {
    this.#file = file;
    this.#everyMs = everyMs;
    this.#reached = reached;
    this.#written = readMark(file) ?? 0;
  }

  /** How many events the ledger lacks at least, compared with the mark; 0 if it has them all. */
  get missing(): number {
    return Math.max(0, this.#written - this.#reached);
  }

  /** An event of this sequence is durably in the ledger. */
  reach(sequence: number): void {
    if (sequence > this.#reached) {
      this.#reached = sequence;
      this.#schedule();
    }
  }

  /** The last events were removed by retention. */
  lower(sequence: number): void {
    if (sequence < this.#reached) {
      this.#reached = sequence;
      this.#written = Number.POSITIVE_INFINITY;
      rmSync(this.#file, { force: true });
      this.#schedule();
    }
  }

  /** Writes what is still to be written. */
  async close(): Promise<void> {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#write();
    }
    await this.#writing;
  }

  #schedule(): void {
    // A ledger that is behind its mark stays so, for people to see, until it has caught up or the mark is deleted.
    if (
      this.#timer === null &&
      (this.#reached > this.#written || this.#written === Number.POSITIVE_INFINITY)
    ) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#write();
      }, this.#everyMs).unref();
    }
  }

  #write(): void {
    const sequence = this.#reached;
    this.#writing = this.#writing.then(async () => {
      try {
        await writeDurably(this.#file, `${JSON.stringify({ sequence })}\n`);
        this.#written = sequence;
      } catch {
        // The mark is only a second record: if it cannot be written, the ledger itself reports the same fault.
      }
    });
  }
}

function readMark(file: string): number | null {
  try {
    const { sequence } = JSON.parse(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(sequence) ? sequence : null;
  } catch {
    return null;
  }
}

async function writeDurably(file: string, content: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
