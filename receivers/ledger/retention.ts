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

/** How long the clock's lead on the ledger has to last before it counts at all, milliseconds. */
const DOUBT_MS = 6 * HOUR_MS;

/** After that, each hour of running adds this many hours of the lead. */
const CATCH_UP = 12;

/** How many of the newest events are compared. A host whose clock is ahead gives all that it receives a later time. */
const COMPARED = 20;

/** Under this fact, of no destination, the time is kept that retention believed last. */
const BELIEVED = 'retention-time';

/**
 * The time that retention goes by, which may be earlier than the clock's. Removing is irreversible, and a host's clock
 * can be days ahead after a boot. So it begins at the time that the ledger itself proves (the newest event that was
 * stored, or what was believed before) and moves on by the time that the process runs. If the clock is still ahead of
 * that after some hours, as after a long stop, the difference counts little by little.
 *
 * @param now the clock, milliseconds since 1970
 * @param proven the time that the ledger proved when the process started, milliseconds since 1970
 * @param runningMs how long the process has been running, by a clock that is never set
 */
export function believedTime(now: number, proven: number, runningMs: number): number {
  const gained = Math.max(0, runningMs - DOUBT_MS) * CATCH_UP;
  return Math.min(now, proven + runningMs + gained);
}

/** What retention needs to know about time; for tests. */
export interface RetentionClock {
  now(): number;
  monotonic(): number;
}

const CLOCK: RetentionClock = { now: () => Date.now(), monotonic: () => performance.now() };

/**
 * Removes events older than this many days (0 for never), a few at a time; open deliveries and dead letters stay. Gives a function
 * that ends it.
 */
export function startRetention(
  ledger: Pick<Ledger, 'prune' | 'events' | 'recall' | 'remember'>,
  days: number,
  log: Logger,
  clock = CLOCK,
): () => Promise<void> {
  if (days === 0) {
    return async () => {};
  }
  const startedAt = clock.monotonic();
  let proven: number | null = null;
  return startRounds(
    async (signal) => {
      proven ??= await provenTime(ledger);
      const believed = believedTime(clock.now(), proven, clock.monotonic() - startedAt);
      await ledger.remember('', { [BELIEVED]: String(Math.round(believed)) });
      const removed = await removeBefore(ledger, Math.round(believed - days * DAY_MS), signal);
      if (removed > 0) {
        log.info({ removed, olderThanDays: days }, 'old events removed');
      }
      return ROUND_MS;
    },
    { firstMs: PAUSE_MS, afterFailureMs: ROUND_MS, what: 'removing old events' },
    log,
  );
}

/**
 * The latest time on which two clocks agree: ours, by which an event was received, and that of its sender. Events that
 * came while our clock was ahead prove nothing. An empty ledger proves nothing, and has nothing to remove.
 */
async function provenTime(ledger: Pick<Ledger, 'events' | 'recall'>): Promise<number> {
  const newest = await ledger.events({ limit: COMPARED });
  const believed = Number((await ledger.recall('', BELIEVED)) ?? 0);
  const agreed = newest.map(({ receivedAt, occurredAt }) => Math.min(receivedAt, occurredAt ?? receivedAt));
  return Math.max(0, ...agreed, believed);
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
