import type { Logger } from 'pino';
import type { Ledger } from './contract.ts';

const DAY_MS = 24 * 3_600_000;

/** How often old events are looked for, milliseconds. */
const ROUND_MS = 3_600_000;

/** So few go in one write that accepting is never held up, with this pause between, milliseconds. */
const BATCH = 100;
const PAUSE_MS = 100;

/**
 * Removes events older than so many days (0 for none), a few at a time; what is open or dead stays. Gives
 * a function that ends it.
 */
export function startRetention(ledger: Pick<Ledger, 'prune'>, days: number, log: Logger): () => void {
  if (days === 0) {
    return () => {};
  }
  let stopped = false;
  let timer: NodeJS.Timeout;

  async function round(): Promise<void> {
    let removed = 0;
    try {
      let batch: number;
      do {
        batch = await ledger.prune(Date.now() - days * DAY_MS, BATCH);
        removed += batch;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
      } while (batch === BATCH && !stopped);
    } catch (error) {
      log.warn({ err: error }, 'old events could not be removed; trying again in an hour');
    }
    if (removed > 0) {
      log.info({ removed, olderThanDays: days }, 'old events removed');
    }
    if (!stopped) {
      timer = setTimeout(round, ROUND_MS).unref();
    }
  }

  timer = setTimeout(round, PAUSE_MS).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
