import type { DestinationHealth } from '../contract/delivery.ts';

/** The health of a destination that nothing was sent to yet. */
export function newHealth(destination: string): DestinationHealth {
  return {
    destination,
    pausedUntil: 0,
    pauseReason: null,
    failures: 0,
    failingSince: null,
    lastSuccessAt: null,
    lastFailureAt: null,
    lastFailure: null,
    probing: false,
  };
}
