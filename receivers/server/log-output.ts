import { write, writeSync } from 'node:fs';

/** Lines gather up to this many bytes, or this many milliseconds, before they are written. */
const GATHERED_BYTES = 16_384;
const GATHERED_MS = 50;

/** More than this, in bytes, is not kept for a reader that does not read: further lines are dropped. */
const MOST_UNREAD_BYTES = 16 * 1_048_576;

/** How long to wait where a pipe is full, milliseconds. */
const AGAIN_MS = 100;

/** The exit waits so long, in milliseconds, for a reader to take more of the last lines, and looks so often. */
const LAST_LINES_MS = 1_000;
const LAST_LINES_PAUSE_MS = 5;

/**
 * Writes lines to a file descriptor without ever holding up the event loop, and what is left at the exit of the
 * process. A log that cannot be written, as on a full disk, is no reason to end what it speaks of: it is tried
 * again. Nor to go on for ever, as pino's own output does at the exit where nobody reads any more
 * (`flushSync` of sonic-boom 4).
 */
export class LogOutput {
  readonly #descriptor: number;
  #gathered: string[] = [];
  #gatheredBytes = 0;
  /** What is to be written before anything else. */
  #next: Buffer = Buffer.alloc(0);
  #state: 'idle' | 'writing' | 'waiting' = 'idle';
  #flushed: (() => void)[] = [];

  /** @param descriptor one that does not block where it is a pipe, as that of `process.stdout` once it was used */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    setInterval(() => this.#writeOn(), GATHERED_MS).unref();
    process.on('exit', () => this.#writeLastLines());
  }

  /** Takes a line, with its end. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#next.length + this.#gatheredBytes + bytes > MOST_UNREAD_BYTES) {
      return;
    }
    this.#gathered.push(line);
    this.#gatheredBytes += bytes;
    if (this.#gatheredBytes >= GATHERED_BYTES) {
      this.#writeOn();
    }
  }

  /** Calls back when all that was taken is written, or cannot be written now. */
  flush(flushed: () => void): void {
    this.#flushed.push(flushed);
    this.#writeOn();
  }

  #writeOn(): void {
    if (this.#state !== 'idle') {
      return;
    }
    this.#gather();
    if (this.#next.length === 0) {
      this.#callBack();
      return;
    }
    this.#state = 'writing';
    write(this.#descriptor, this.#next, (error, written) => {
      this.#state = 'idle';
      if (error === null) {
        this.#next = this.#next.subarray(written);
        if (this.#next.length > 0 || this.#flushed.length > 0) {
          this.#writeOn();
        }
      } else if (error.code === 'EAGAIN') {
        this.#wait();
      } else {
        this.#callBack();
      }
    });
  }

  #wait(): void {
    this.#state = 'waiting';
    setTimeout(() => {
      this.#state = 'idle';
      this.#writeOn();
    }, AGAIN_MS).unref();
  }

  #gather(): void {
    if (this.#next.length === 0 && this.#gathered.length > 0) {
      this.#next = Buffer.from(this.#gathered.join(''));
      this.#gathered = [];
      this.#gatheredBytes = 0;
    }
  }

  #callBack(): void {
    const flushed = this.#flushed;
    this.#flushed = [];
    for (const call of flushed) {
      call();
    }
  }

  #writeLastLines(): void {
    if (this.#state === 'writing') {
      // The system has it already: it would be there twice.
      this.#next = Buffer.alloc(0);
    }
    let until = Date.now() + LAST_LINES_MS;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (this.#gather(); this.#next.length > 0; this.#gather()) {
      try {
        this.#next = this.#next.subarray(writeSync(this.#descriptor, this.#next));
        until = Date.now() + LAST_LINES_MS;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || Date.now() > until) {
          return;
        }
        Atomics.wait(pause, 0, 0, LAST_LINES_PAUSE_MS);
      }
    }
  }
}
