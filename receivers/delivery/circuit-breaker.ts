import type { DestinationHealth, HealthRule } from '../contract/delivery.ts';
import type { Outcome } from '../contract/outcome.ts';

/** When a failing destination is left alone, and for how long. */
export interface BreakerPolicy {
  /** So many failures in a row pause the destination. */
  failures: number;
  /** The first pause, milliseconds; each further one is twice as long. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/** Used where a rate limit names no time, milliseconds. */
const RATE_LIMIT_PAUSE_MS = 30_000;

/**
 * The rule by which a destination that keeps failing is paused, probed with a single delivery, and resumed
 * by its first success. A rate limit pauses for as long as the other side asked and is no failure; nor is
 * waiting for what is not there yet, or an attempt that got part of the work done; what fails at one recipient only shows that the destination works; and a
 * fault of the receiver itself changes nothing.
 */
export function circuitBreaker(policy: BreakerPolicy): HealthRule {
  return (health, outcome, now) => {
    if (outcome.type === 'retry' && outcome.ownFault) {
      return health;
    }
    if (outcome.type === 'done' || (outcome.type === 'retry' && (outcome.waiting || outcome.progressed))) {
      return { ...working(health), lastSuccessAt: now };
    }
    if (outcome.ofRecipient) {
      return { ...working(health), lastFailureAt: now, lastFailure: outcome.reason };
    }
    if (outcome.type === 'retry' && outcome.rateLimited) {
      const pausedUntil = Math.max(health.pausedUntil, now + (outcome.delayMs ?? RATE_LIMIT_PAUSE_MS));
      return { ...health, pausedUntil, pauseReason: outcome.reason };
    }
    const failed = {
      ...health,
      failures: health.failures + 1,
      failingSince: health.failingSince ?? now,
      lastFailureAt: now,
      lastFailure: outcome.reason,
    };
    return outcome.type === 'dead' ? failed : paused(failed, outcome, policy, now);
  };
}

function working(health: DestinationHealth): DestinationHealth {
  return {
    ...health,
    failures: 0,
    failingSince: null,
    probing: false,
    pausedUntil: health.probing ? 0 : health.pausedUntil,
    pauseReason: health.probing ? null : health.pauseReason,
  };
}

function paused(
  health: DestinationHealth,
  outcome: Outcome & { type: 'retry' },
  policy: BreakerPolicy,
  now: number,
): DestinationHealth {
  const beyond = health.failures - policy.failures;
  if (beyond < 0) {
    return health;
  }
  if (health.pausedUntil > now) {
    return { ...health, probing: true };
  }
  const pause = Math.min(policy.firstPauseMs * 2 ** Math.min(beyond, 30), policy.longestPauseMs);
  return {
    ...health,
    probing: true,
    pausedUntil: now + pause,
    pauseReason: `Paused after ${health.failures} failures in a row. ${outcome.reason}`,
  };
}
