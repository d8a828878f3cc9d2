import { Worker } from 'node:worker_threads';
import { StorageError } from '../../contract/ledger.ts';
import { type Call, packBatch } from './batch.ts';
import { reportsDamage, storageAdvice } from './storage-advice.ts';
import type { BatchResult, Word, WorkerSettings } from './worker.ts';

interface Waiting {
  call: Call;
  /** Whether it is rejected if the storage does not answer. */
  impatient: boolean;
  resolve(value: never): void;
  reject(error: Error): void;
}

/** How long a batch may take before the calls that cannot wait are rejected, milliseconds. */
const PATIENCE_MS = 8_000;

export interface ThreadObserver {
  /** The file turned out to be damaged. */
  damaged?(): void;
  /** A batch of this many calls was carried out, or failed. */
  settled?(calls: number): void;
}

const NO_ANSWER =
  'The disk of the data folder does not answer. Check the disk and what else uses it. The receiver accepts events ' +
  'again by itself as soon as the disk answers.';

type Handlers = Record<string, (input: never, bytes: Uint8Array) => unknown>;

/** A batch is cut here, so that one commit never holds the others up for long. */
const LARGEST_BATCH = 512;

/**
 * On a slow disk the next batch waits a moment for the senders whose answers have just gone out: they often send again
 * at once, and would otherwise share no commit with the others. A batch is slow if it takes this long; the wait is this
 * share of it, with this limit (milliseconds).
 */
const SLOW_MS = 6;
const WAITED_SHARE = 0.5;
const LONGEST_WAIT_MS = 5;

/**
 * Calls into the worker thread that owns a connection to the ledger. One batch is in progress at a time; calls made
 * meanwhile gather, go together with the next batch, and so share one commit.
 */
export class LedgerThread<H extends Handlers> {
  readonly #settings: WorkerSettings;
  readonly #observer: ThreadObserver;
  readonly #patienceMs: number;
  #worker: Worker | null = null;
  #gathered: Waiting[] = [];
  #inProgress: Waiting[] = [];
  #scheduled = false;
  /** The next batch waits until this many calls have gathered, or until the timer ends. */
  #awaited = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When the batch in progress was sent, milliseconds of `performance.now()`. */
  #sentAt = 0;
  /** Ends the wait for the batch in progress. */
  #overdue: NodeJS.Timeout | undefined;
  #stuck = false;
  /** A call succeeded: from now on, a fault is one of a running receiver. */
  #worked = false;
  #closed = false;
  #drained: () => void = () => {};

  constructor(settings: WorkerSettings, observer: ThreadObserver = {}, patienceMs = PATIENCE_MS) {
    this.#settings = settings;
    this.#observer = observer;
    this.#patienceMs = patienceMs;
  }

  /** Whether it takes no more calls. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Runs one operation, with what it takes: something that can be cloned, and bytes. Rejects with a
   * {@link StorageError} if the storage refuses.
   */
  call<N extends keyof H & string>(name: N, ...input: Parameters<H[N]>): Promise<ReturnType<H[N]>> {
    return this.#call(name, input, false);
  }

  /**
   * As {@link call}, and also rejects if the storage does not answer for a long time, such as a disk that hangs. The
   * call may still be carried out later.
   */
  callInTime<N extends keyof H & string>(name: N, ...input: Parameters<H[N]>): Promise<ReturnType<H[N]>> {
    return this.#stuck ? Promise.reject(new StorageError(NO_ANSWER)) : this.#call(name, input, true);
  }

  /** Reopens the file before the next batch, instead of using what is in memory of it. */
  reopen(): void {
    this.#worker?.postMessage('reopen' satisfies Word);
  }

  /** Waits for everything that was called, then closes the file and ends the thread. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#gathered.length > 0 || this.#inProgress.length > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    const worker = this.#worker;
    if (worker !== null) {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      worker.ref();
      worker.postMessage('end' satisfies Word);
      await ended;
    }
  }

  #call<N extends keyof H & string>(
    name: N,
    [input, bytes]: Parameters<H[N]>,
    impatient: boolean,
  ): Promise<ReturnType<H[N]>> {
    if (this.#closed) {
      return Promise.reject(new StorageError('The ledger is closed.'));
    }
    return new Promise((resolve, reject) => {
      this.#gathered.push({ call: { name, input, bytes }, impatient, resolve, reject });
      this.#schedule();
    });
  }

  #giveUp(): void {
    this.#stuck = true;
    for (const { impatient, reject } of [...this.#inProgress, ...this.#gathered]) {
      if (impatient) {
        reject(new StorageError(NO_ANSWER));
      }
    }
    this.#gathered = this.#gathered.filter(({ impatient }) => !impatient);
  }

  #schedule(): void {
    if (!this.#scheduled && this.#inProgress.length === 0 && this.#gathered.length >= this.#awaited) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#send();
      });
    }
  }

  #send(): void {
    this.#awaited = 0;
    clearTimeout(this.#timer);
    if (this.#inProgress.length > 0 || this.#gathered.length === 0) {
      return;
    }
    this.#inProgress = this.#gathered.splice(0, LARGEST_BATCH);
    this.#sentAt = performance.now();
    this.#overdue = setTimeout(() => this.#giveUp(), this.#patienceMs);
    this.#worker ??= this.#start();
    this.#worker.ref();
    const batch = packBatch(this.#inProgress.map(({ call }) => call));
    this.#worker.postMessage(batch, [batch.bytes.buffer]);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#settings });
    worker.on('message', (results: BatchResult) => this.#settle(results));
    worker.on('error', (error) => this.#lose(worker, error));
    worker.on('exit', () => this.#lose(worker, new Error('the thread of the ledger ended')));
    return worker;
  }

  #settle(results: BatchResult): void {
    const settled = this.#inProgress;
    this.#inProgress = [];
    this.#answered();
    this.#worker?.unref();
    results.forEach((result, index) => {
      const { resolve, reject } = settled[index] as Waiting;
      if (result.ok) {
        this.#worked = true;
        resolve(result.value as never);
      } else {
        reject(new StorageError(storageAdvice(result.message, this.#worked ? 'run' : 'start')));
      }
    });
    if (results.some((result) => !result.ok && reportsDamage(result.message))) {
      this.#observer.damaged?.();
    }
    this.#observer.settled?.(settled.length);
    if (this.#gathered.length === 0) {
      this.#drained();
    }
    const took = performance.now() - this.#sentAt;
    if (took < SLOW_MS || this.#closed) {
      this.#send();
    } else {
      this.#awaited = this.#gathered.length + settled.length;
      this.#timer = setTimeout(() => this.#send(), Math.min(took * WAITED_SHARE, LONGEST_WAIT_MS));
    }
  }

  #answered(): void {
    clearTimeout(this.#overdue);
    this.#stuck = false;
  }

  #lose(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) {
      return;
    }
    this.#worker = null;
    const lost = this.#inProgress;
    this.#inProgress = [];
    this.#answered();
    for (const { reject } of lost) {
      reject(new StorageError(`The ledger's thread failed: ${cause.message}`, { cause }));
    }
    if (this.#gathered.length > 0) {
      this.#schedule();
    } else {
      this.#drained();
    }
  }
}
