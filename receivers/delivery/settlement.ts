import { durationWords } from '../../shared/words.ts';
import type { ClaimedDelivery, Settlement } from '../contract/delivery.ts';
import type { Outcome } from '../contract/outcome.ts';
import { LONGEST_PAUSE_MS, type RetryPolicy, retryDelay } from './backoff.ts';

export interface SettlementContext {
  retry: RetryPolicy;
  /** Milliseconds since 1970. */
  startedAt: number;
  finishedAt: number;
  /** Whether the delivery has been tried for as long as it may be. */
  isTooOld: boolean;
  /** From 0 to 1. */
  random: number;
}

/** Decides what an outcome means for its delivery: finished, a dead letter, or another attempt, and when. */
export function settlementOf(
  delivery: ClaimedDelivery,
  outcome: Outcome,
  { retry, startedAt, finishedAt, isTooOld, random }: SettlementContext,
): Settlement {
  const times = { startedAt, finishedAt, outcome };
  if (outcome.type === 'done') {
    return { ...times, state: 'done' };
  }
  if (outcome.type === 'dead') {
    return { ...times, state: 'dead', reason: outcome.reason, uncertain: delivery.uncertain };
  }
  const uncertain = outcome.uncertain === true || delivery.uncertain;
  const attemptCounts = countsAgainstLimit(delivery, outcome);
  const spent = attemptCounts && delivery.attempt >= retry.maxAttempts;
  if (spent || (isTooOld && outcome.waiting !== true)) {
    return {
      ...times,
      state: 'dead',
      reason: `${givenUp(delivery, spent, retry)} ${outcome.reason}`,
      uncertain,
    };
  }
  const delay = delayOf(outcome, retryDelay(delivery.attempt, retry, random));
  return { ...times, state: 'ready', dueAt: finishedAt + delay, attemptCounts, uncertain };
}

/** The outcome with its wait in whole milliseconds, at most a day: what another side asks for can be any number. */
export function bounded(outcome: Outcome): Outcome {
  if (outcome.type !== 'retry' || outcome.delayMs === undefined) {
    return outcome;
  }
  const delayMs = Math.min(Math.max(Math.ceil(outcome.delayMs), 0), LONGEST_PAUSE_MS);
  return { ...outcome, delayMs: Number.isNaN(delayMs) ? undefined : delayMs };
}

type Retry = Outcome & { type: 'retry' };

function countsAgainstLimit({ probe }: ClaimedDelivery, outcome: Retry): boolean {
  const isFree = outcome.rateLimited || outcome.waiting || outcome.progressed || outcome.ownFault;
  return !probe && isFree !== true;
}

/** The wait before the next attempt, milliseconds. The backoff counts only failures of the other side. */
function delayOf({ delayMs, ...outcome }: Retry, backoff: number): number {
  const replacesBackoff = outcome.rateLimited || outcome.waiting || outcome.progressed || outcome.ownFault;
  return replacesBackoff ? (delayMs ?? backoff) : Math.max(backoff, delayMs ?? 0);
}

function givenUp({ attempt }: ClaimedDelivery, spent: boolean, { giveUpAfterMs }: RetryPolicy): string {
  if (!spent) {
    return `Given up after trying for ${durationWords(giveUpAfterMs)}.`;
  }
  return `Given up after ${attempt === 1 ? 'one attempt' : `${attempt} attempts`}.`;
}
