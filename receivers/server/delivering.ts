import type { Logger } from 'pino';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Settlement } from '../contract/delivery.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Outcome } from '../contract/outcome.ts';
import { type AttemptServices, createAttempt } from '../delivery/attempt.ts';
import { circuitBreaker } from '../delivery/circuit-breaker.ts';
import type { Enrichment } from '../intelligems/enrichment.ts';

export interface DeliveringServices {
  ledger: Ledger;
  destinations: OpenDestinations;
  resultsOf: Enrichment['resultsOf'];
  mask: SecretMask;
  log: Logger;
  observe: AttemptServices['observe'];
}

/**
 * Starts the delivery queue on all destinations. A process that only accepts tells the others which destinations it
 * has, and delivers nothing.
 */
export async function startDelivering(
  { delivery, intelligems, role, server, updates }: Configuration,
  { mask, ...services }: DeliveringServices,
): Promise<void> {
  const { ledger, destinations, log } = services;
  const attempt = createAttempt(
    {
      retry: delivery.retry,
      timeoutMs: delivery.attemptTimeoutMs,
      links: { addresses: intelligems.addresses, publicUrl: server.publicUrl },
      dropBookkeeping: updates.dropBookkeeping,
    },
    { ...services, now: Date.now, random: Math.random },
  );
  await ledger.queue.start({
    destinations: [...destinations.values()].map(({ name, concurrency }) => ({
      name,
      concurrency: role === 'accept' ? 0 : concurrency,
    })),
    health: circuitBreaker(delivery.breaker),
    onError: (error) => log.error({ err: error }, 'the storage failed; trying again'),
    onLeftBehind: (left) =>
      log.warn(
        left,
        'this destination is no longer in the settings; its open deliveries become dead letters',
      ),
    attempt: async (claimed, lost) => withoutSecrets(await attempt(claimed, lost), mask),
  });
}

/** What the other side answered may repeat what it was sent. */
function withoutSecrets(settlement: Settlement, mask: SecretMask): Settlement {
  const outcome = Object.fromEntries(
    Object.entries(settlement.outcome).map(([name, value]) => [
      name,
      typeof value === 'string' ? mask.hide(value) : value,
    ]),
  ) as Outcome;
  return settlement.state === 'dead'
    ? { ...settlement, outcome, reason: mask.hide(settlement.reason) }
    : { ...settlement, outcome };
}
