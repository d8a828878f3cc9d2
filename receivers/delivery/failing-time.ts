import type { Ledger } from '../contract/ledger.ts';

/** The fact of how long a destination has been failing: since when, and the milliseconds that were counted. */
const FAILING_FACT = 'receiver:failing';

interface Counted {
  since: number;
  ms: number;
}

/**
 * Counts how long destinations have been failing while a receiver runs, by a clock that is never set: the start of the
 * failures was read from the clock of one host, which may have been wrong, or set since then. The ledger keeps the
 * count across restarts, and for all processes.
 */
export class FailingTime {
  readonly #ledger: Pick<Ledger, 'recall' | 'remember'>;
  readonly #monotonic: () => number;
  readonly #own = new Map<string, Counted & { readAt: number }>();

  /** @param monotonic milliseconds since some moment; for tests */
  constructor(ledger: Pick<Ledger, 'recall' | 'remember'>, monotonic = () => performance.now()) {
    this.#ledger = ledger;
    this.#monotonic = monotonic;
  }

  /** Counts the time since the last call, if the destination has been failing since then. Gives milliseconds. */
  async count(destination: string, since: number): Promise<number> {
    const own = this.#own.get(destination);
    const readAt = this.#monotonic();
    const counted = own?.since === since ? own.ms + readAt - own.readAt : 0;
    const ms = Math.round(Math.max(counted, await this.counted(destination, since)));
    this.#own.set(destination, { since, ms, readAt });
    await this.#ledger.remember(destination, { [FAILING_FACT]: `${since} ${ms}` });
    return ms;
  }

  /** What was counted so far of the failures that began then, milliseconds. */
  async counted(destination: string, since: number): Promise<number> {
    const [keptSince, ms] = ((await this.#ledger.recall(destination, FAILING_FACT)) ?? '').split(' ');
    return Number(keptSince) === since ? Number(ms) : 0;
  }
}
