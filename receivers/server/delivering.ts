import type { Logger } from 'pino';
import type { SecretMask } from '../base/secret-mask.ts';
import type { ClaimedDelivery, Settlement } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Outcome } from '../contract/outcome.ts';
import { type AttemptServices, createAttempt } from '../delivery/attempt.ts';
import { circuitBreaker } from '../delivery/circuit-breaker.ts';
import { carriedOut } from '../lifecycle/record.ts';
import { reportedHealth } from '../monitoring/health-record.ts';
import type { DestinationsInUse } from './destinations-in-use.ts';
import type { Generation } from './generation.ts';
import { servedBy, withoutDestination } from './removed-destinations.ts';

export interface DeliveringServices {
  ledger: Ledger;
  inUse: DestinationsInUse;
  mask: SecretMask;
  log: Logger;
  observe: AttemptServices['observe'];
}

type Attempt = (claimed: ClaimedDelivery, lost?: AbortSignal) => Promise<Settlement>;

/**
 * Starts the delivery queue on the destinations of a generation. A process that only accepts registers its destinations,
 * and delivers nothing.
 *
 * @param current gives the generation that works now: an attempt keeps the one that it began with
 */
export async function startDelivering(
  current: () => Generation,
  services: DeliveringServices,
): Promise<void> {
  const { ledger, log, mask } = services;
  const attempts = new WeakMap<Generation, Attempt>();
  await ledger.queue.start({
    destinations: servedBy(current()),
    health: circuitBreaker(current().configuration.delivery.breaker),
    onError: (error) => log.error({ err: error }, 'the storage failed; trying again'),
    onLeftBehind: (left) =>
      log.warn(
        left,
        'this destination is no longer in the settings; its open deliveries become dead letters',
      ),
    attempt: async (claimed, lost) => {
      const generation = current();
      const attempt = attempts.get(generation) ?? attemptOf(generation, services);
      attempts.set(generation, attempt);
      return withoutSecrets(await attempt(claimed, lost), mask);
    },
  });
}

function attemptOf(generation: Generation, { ledger, inUse, log, observe }: DeliveringServices): Attempt {
  const { configuration, destinations, enrichment, clients } = generation;
  const { delivery, intelligems, server, updates } = configuration;
  const attempt = createAttempt(
    {
      retry: delivery.retry,
      timeoutMs: delivery.attemptTimeoutMs,
      links: { addresses: intelligems.addresses, publicUrl: server.publicUrl },
      dropBookkeeping: updates.dropBookkeeping,
    },
    {
      ledger,
      destinations,
      resultsOf: enrichment.resultsOf,
      healthOf: async (source, experienceId) =>
        configuration.health.on && clients.has(source) ? reportedHealth(ledger, source, experienceId) : null,
      requestsOf: async (source, experienceId) =>
        clients.has(source) ? carriedOut(ledger, source, experienceId) : [],
      log,
      observe,
      now: Date.now,
      random: Math.random,
    },
  );
  return async (claimed, lost) => {
    const destination = destinations.get(claimed.destination)?.destination;
    const decided = destination === undefined ? await withoutDestination(claimed, generation, ledger) : null;
    return decided ?? inUse.during(destination, () => attempt(claimed, lost));
  };
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
