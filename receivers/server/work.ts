import type { Logger } from 'pino';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import { startAlerts } from '../delivery/alerts.ts';
import type { AttemptServices } from '../delivery/attempt.ts';
import type { Clients } from '../intelligems/clients.ts';
import type { Enrichment } from '../intelligems/enrichment.ts';
import { startSurveys } from '../intelligems/surveys.ts';
import { startRetention } from '../ledger/retention.ts';
import { startDigest } from '../reports/digest.ts';
import type { Zapier } from '../zapier/zapier.ts';
import { startDelivering } from './delivering.ts';

/** How long a stop waits for deliveries in progress, milliseconds. */
const STOP_GRACE_MS = 8_000;

export interface WorkServices {
  configuration: Configuration;
  ledger: Ledger;
  destinations: OpenDestinations;
  clients: ReadonlyMap<string, Clients>;
  plan: Plan;
  resultsOf: Enrichment['resultsOf'];
  subscribers: Zapier['reportsTo'];
  observeDelivery: AttemptServices['observe'];
  mask: SecretMask;
  log: Logger;
}

/**
 * Starts everything that a receiver does on its own: deliveries, retention, alerts, digests, and surveys of
 * Intelligems. A process that only accepts registers its destinations and does nothing else.
 *
 * @param ends gets a function that ends each part, as soon as that part has started
 */
export async function startWork(services: WorkServices, ends: (() => unknown)[]): Promise<void> {
  const { configuration, ledger, destinations, clients, plan, mask, log } = services;
  ends.push(() => ledger.queue.stop(STOP_GRACE_MS));
  await startDelivering(configuration, {
    ledger,
    destinations,
    resultsOf: services.resultsOf,
    mask,
    log,
    observe: services.observeDelivery,
  });
  if (configuration.role === 'accept') {
    return;
  }
  ends.push(
    startRetention(ledger, configuration.storage.retentionDays, log),
    startAlerts(ledger, new Set(destinations.keys()), configuration.alerts, log),
    startDigest(configuration, ledger, log),
  );
  const { subscribers } = services;
  ends.push(await startSurveys(configuration, { ledger, clients, plan, log, now: Date.now, subscribers }));
}
