import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startRounds } from '../base/rounds.ts';
import type { Ledger } from '../contract/ledger.ts';

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
export function startRetention(
  ledger: Pick<Ledger, 'prune'>,
  days: number,
  log: Logger,
): () => Promise<void> {
  if (days === 0) {
    return async () => {};
  }
  return startRounds(
    async (signal) => {
      let removed = 0;
      let batch: number;
      do {
        batch = await ledger.prune(Date.now() - days * DAY_MS, BATCH);
        removed += batch;
        await setTimeout(PAUSE_MS, undefined, { ref: false });
      } while (batch === BATCH && !signal.aborted);
      if (removed > 0) {
        log.info({ removed, olderThanDays: days }, 'old events removed');
      }
      return ROUND_MS;
    },
    { firstMs: PAUSE_MS, afterFailureMs: ROUND_MS, what: 'removing old events' },
    log,
  );
}
