import type { Logger } from 'pino';

/** A timer waits no longer than this, milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Repeats something, one round after the other. Errors are logged, and the next round comes anyway. Gives a function
 * that ends it, and resolves when the current round has ended.
 *
 * @param round does it once and gives the milliseconds until the next; its signal aborts when it has to end
 * @param options.firstMs until the first round, milliseconds
 * @param options.afterFailureMs until the next round after one that threw
 */
export function startRounds(
  round: (signal: AbortSignal) => Promise<number>,
  { firstMs, afterFailureMs, what }: { firstMs: number; afterFailureMs: number; what: string },
  log: Logger,
): () => Promise<void> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout;
  let underWay: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    let nextMs = afterFailureMs;
    try {
      nextMs = await round(ending.signal);
    } catch (error) {
      if (!ending.signal.aborted) {
        log.error({ err: error }, `${what} failed; trying again`);
      }
    }
    if (!ending.signal.aborted) {
      schedule(nextMs);
    }
  }

  function schedule(ms: number): void {
    timer = setTimeout(
      () => {
        underWay = run();
      },
      Math.min(Math.max(0, ms), LONGEST_MS),
    ).unref();
  }

  schedule(firstMs);
  return () => {
    ending.abort();
    clearTimeout(timer);
    return underWay;
  };
}
