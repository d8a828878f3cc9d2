import type { Attempt } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';

/** One attempt's message on its way into the spreadsheet. It ends when the attempt's signal does. */
export class Job {
  readonly message: Message;
  /** The rows may exist: an earlier attempt may have arrived, or only what became known since is to be written. */
  readonly uncertain: boolean;
  /** The rows exist, and only what became known since is written. */
  readonly completes: boolean;
  readonly outcome: Promise<Outcome>;
  readonly #signal: AbortSignal;
  readonly #settle: (outcome: Outcome) => void;
  readonly #fail: (fault: unknown) => void;
  #stage: 'queued' | 'reading' | 'writing' | 'settled' = 'queued';

  constructor(message: Message, attempt: Attempt, completes: boolean) {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.message = message;
    this.uncertain = completes || attempt.uncertain || attempt.number > 1;
    this.completes = completes;
    this.outcome = promise;
    this.#signal = attempt.signal;
    this.#settle = resolve;
    this.#fail = reject;
    attempt.signal.addEventListener('abort', this.#abort, { once: true });
    if (attempt.signal.aborted) {
      this.#abort();
    }
  }

  /** Whether it still wants to be written. */
  get isOpen(): boolean {
    return this.#stage !== 'settled' && !this.#signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  /** From now on its rows may arrive, or are only read for. */
  enter(stage: 'reading' | 'writing'): void {
    if (this.#stage !== 'settled') {
      this.#stage = stage;
    }
  }

  settle(outcome: Outcome): void {
    this.#end();
    this.#settle(outcome);
  }

  /** For a fault in the program alone. */
  fail(fault: unknown): void {
    this.#end();
    this.#fail(fault);
  }

  #end(): void {
    this.#stage = 'settled';
    this.#signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    switch (this.#stage) {
      case 'queued':
        this.settle({
          type: 'retry',
          reason: 'The row was still waiting for its turn within Google’s limit of calls per minute.',
          rateLimited: true,
          delayMs: TURN_DELAY_MS,
        });
        break;
      case 'reading':
        this.settle({ type: 'retry', reason: 'The attempt ended before the row was written.' });
        break;
      case 'writing':
        setTimeout(() => {
          const reason = 'Google did not answer in time. The row may have been written.';
          this.settle({ type: 'retry', reason, uncertain: true });
        }, END_MS);
        break;
    }
  };
}

/** A request that ends with its attempt says within this time whether it may have arrived, milliseconds. */
const END_MS = 50;

/** A row that did not get its turn asks again after this time, milliseconds. */
const TURN_DELAY_MS = 2_000;
