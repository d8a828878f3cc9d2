import type { DestinationHealth, HealthRule } from '../contract/delivery.ts';
import type { Outcome } from '../contract/outcome.ts';
import { LONGEST_PAUSE_MS } from './backoff.ts';

/** When a failing destination is paused, and for how long. */
export interface BreakerPolicy {
  /** How many failures in a row pause the destination. */
  failures: number;
  /** The first pause, milliseconds; each one is twice as long as the one before. */
  firstPauseMs: number;
  longestPauseMs: number;
}

/**
 * The rule that pauses a destination that keeps failing, probes it with a single delivery, and resumes it at its first
 * success. A rate limit pauses it for as long as the other side asks and is not a failure; waiting, and progress, count
 * as success; a failure of one recipient shows that the destination works; a fault of the receiver changes nothing.
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
      const pausedUntil = Math.max(health.pausedUntil, now + (outcome.delayMs ?? 0));
      return {
        ...health,
        pausedUntil: Math.min(pausedUntil, now + LONGEST_PAUSE_MS),
        pauseReason: outcome.reason,
      };
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
