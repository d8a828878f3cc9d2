import type { ClaimedDelivery, Settlement } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Outcome } from '../contract/outcome.ts';
import { triedForMs } from './age.ts';
import { logAttempt } from './attempt-log.ts';
import type { RetryPolicy } from './backoff.ts';
import { RateLimits } from './rate-limits.ts';
import { Sending, type SendingServices, type SendingSettings } from './sending.ts';
import { bounded, settlementOf } from './settlement.ts';

export interface AttemptSettings extends SendingSettings {
  retry: RetryPolicy;
}

export interface AttemptServices extends SendingServices {
  ledger: SendingServices['ledger'] & Pick<Ledger, 'attempts'>;
  random(): number;
  /** Gets each settlement, for the metrics. */
  observe(destination: string, settlement: Settlement): void;
}

/** Makes the attempts of the delivery queue: sends, and decides what the outcome means for the delivery. */
export function createAttempt(
  settings: AttemptSettings,
  services: AttemptServices,
): (delivery: ClaimedDelivery, lost?: AbortSignal) => Promise<Settlement> {
  const { ledger, log, now, random, observe } = services;
  const { retry } = settings;
  const sending = new Sending(settings, services);
  const rateLimits = new RateLimits();

  return async (delivery, lost) => {
    const began = performance.now();
    const outcome = withWait(delivery, await sending.outcomeOf(delivery, lost), began);
    const finishedAt = now();
    // The length by the steady clock: the system clock may have been set meanwhile.
    const startedAt = finishedAt - Math.round(performance.now() - began);
    const isTooOld = outcome.type === 'retry' && (await hasBeenTriedTooLong(delivery, startedAt, finishedAt));
    const context = { retry, startedAt, finishedAt, isTooOld, random: random() };
    const settlement = settlementOf(delivery, outcome, context);
    observe(delivery.destination, settlement);
    logAttempt(log, delivery, settlement);
    return settlement;
  };

  /** The outcome with the wait that it leads to, which grows while the other side refuses for its rate limit. */
  function withWait({ destination }: ClaimedDelivery, outcome: Outcome, startedAt: number): Outcome {
    const wait = bounded(outcome);
    if (wait.type === 'retry' && wait.rateLimited) {
      const times = { startedAt, now: performance.now() };
      return bounded({ ...wait, delayMs: rateLimits.refused(destination, wait.delayMs, times) });
    }
    if (wait.type !== 'retry' || !wait.ownFault) {
      rateLimits.accepted(destination);
    }
    return wait;
  }

  /** If the ledger cannot be read now, the delivery gets another attempt. */
  async function hasBeenTriedTooLong(
    delivery: ClaimedDelivery,
    startedAt: number,
    finishedAt: number,
  ): Promise<boolean> {
    if (finishedAt - delivery.createdAt < retry.giveUpAfterMs) {
      return false;
    }
    try {
      const made = await ledger.attempts(delivery.id);
      return triedForMs(made, startedAt, finishedAt) >= retry.giveUpAfterMs;
    } catch (error) {
      log.warn({ event: delivery.eventKey, err: error }, 'could not read the earlier attempts');
      return false;
    }
  }
}
