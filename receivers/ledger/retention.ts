import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { startRounds } from '../base/rounds.ts';
import type { Ledger } from '../contract/ledger.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How often old events are removed, milliseconds. */
const ROUND_MS = HOUR_MS;

/** Few go in one write, with this pause between (milliseconds), so that accepting is never held up. */
const BATCH = 100;
const PAUSE_MS = 100;

/**
 * Removes events older than this many days (0 for never), a few at a time; open deliveries and dead letters stay. Gives
 * a function that ends it.
 *
 * @param believedTime a time for what is irreversible, milliseconds since 1970
 */
export function startRetention(
  ledger: Pick<Ledger, 'prune'>,
  days: number,
  log: Logger,
  believedTime: () => Promise<number>,
): () => Promise<void> {
  if (days === 0) {
    return async () => {};
  }
  return startRounds(
    async (signal) => {
      const before = Math.round((await believedTime()) - days * DAY_MS);
      const removed = await removeBefore(ledger, before, signal);
      if (removed > 0) {
        log.info({ removed, olderThanDays: days }, 'old events removed');
      }
      return ROUND_MS;
    },
    { firstMs: PAUSE_MS, afterFailureMs: ROUND_MS, what: 'removing old events' },
    log,
  );
}

async function removeBefore(
  ledger: Pick<Ledger, 'prune'>,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  let batch: number;
  do {
    batch = await ledger.prune(before, BATCH);
    removed += batch;
    await setTimeout(PAUSE_MS, undefined, { ref: false });
  } while (batch === BATCH && !signal.aborted);
  return removed;
}
