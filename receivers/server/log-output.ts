import { write, writeSync } from 'node:fs';

/** Lines gather up to this many bytes, or this many milliseconds, before they are written. */
const GATHERED_BYTES = 16_384;
const GATHERED_MS = 50;

/** How much is kept for a reader that does not read, in bytes. Further lines are dropped. */
const MOST_UNREAD_BYTES = 16 * 1_048_576;

/** How long to wait if a pipe is full, milliseconds. */
const AGAIN_MS = 100;

/** How long the exit waits for a reader of the last lines, and how often it tries; milliseconds. */
const LAST_LINES_MS = 1_000;
const LAST_LINES_PAUSE_MS = 5;

/**
 * Writes lines to a file descriptor without blocking the event loop, and the last ones when the process exits. If the
 * log cannot be written, for example on a full disk, it tries again. At the exit it waits only for a bounded time;
 * pino's own output waits forever if nobody reads (`flushSync` of sonic-boom 4).
 */
export class LogOutput {
  readonly #descriptor: number;
  #gathered: string[] = [];
  #gatheredBytes = 0;
  /** Written before anything else. */
  #next: Buffer = Buffer.alloc(0);
  #state: 'idle' | 'writing' | 'waiting' = 'idle';
  #flushed: (() => void)[] = [];

  /** @param descriptor must be non-blocking if it is a pipe, as that of `process.stdout` is after its first use */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    setInterval(() => this.#writeOn(), GATHERED_MS).unref();
    process.on('exit', () => this.#writeLastLines());
  }

  /** Takes a line, including its line feed. */
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

  /** Calls back when all lines are written, or cannot be written now. */
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
      // The system already has it; writing it again would repeat it.
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
