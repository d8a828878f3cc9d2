import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { knownSecrets } from '../config/known-secrets.ts';
import type { Plan } from '../contract/plan.ts';
import { logFindings } from '../destinations/checks.ts';
import { closeDestinations, openDestinations } from '../destinations/open.ts';
import { webhookSources } from '../inbound/webhook-sources.ts';
import { openClients } from '../intelligems/clients.ts';
import { openEnrichment } from '../intelligems/enrichment.ts';
import { openLedger } from '../ledger/open.ts';
import { planDeliveries } from '../routes/plan.ts';
import { openZapier } from '../zapier/zapier.ts';
import { Closers } from './closers.ts';
import { openHttpServer } from './http-server.ts';
import { joinDestinations } from './join-destinations.ts';
import { openWeb } from './web.ts';
import { startWork } from './work.ts';

export interface Service {
  /** Where it listens. */
  address: AddressInfo;
  /** The webhook secret that the receiver made at this start; null if there was one. */
  newSecret: string | null;
  /** The console token that the receiver made at this start; null if there was one. */
  newConsoleToken: string | null;
  /** Takes no more requests, finishes work in progress within ten seconds, and closes the ledger. */
  stop(): Promise<void>;
}

/**
 * Starts the receiver: opens the ledger, the destinations and the port. Rejects if one of them cannot be opened;
 * everything that was opened before is closed first.
 *
 * @param mask what the log hides too; gets the secrets of the settings and those made here
 */
export async function startService(
  configuration: Configuration,
  log: Logger,
  mask = new SecretMask(),
): Promise<Service> {
  const closers = new Closers();
  try {
    return await openService(configuration, log, mask, closers);
  } catch (error) {
    await closers
      .closeAll()
      .catch((closing) => log.error({ err: closing }, 'closing after a failed start failed'));
    throw error;
  }
}

async function openService(
  configuration: Configuration,
  log: Logger,
  mask: SecretMask,
  closers: Closers,
): Promise<Service> {
  mask.add(knownSecrets(configuration));
  const opened = await openLedger(configuration.storage, configuration.database);
  closers.add(() => opened.close());
  const { ledger } = opened;
  for (const warning of ledger.warnings) {
    log.warn(warning);
  }
  const { sources, newSecret } = webhookSources(configuration.sources, configuration.storage.dataFolder);
  mask.add([...sources.values()].flatMap((source) => [...source.secrets, ...source.previousSecrets]));
  const clients = openClients(configuration.intelligems, configuration.sources);
  const { quietMs: burstMs } = configuration.routing;
  const zapier = await openZapier(
    { ...configuration.zapier, burstMs, addresses: configuration.intelligems.addresses },
    ledger,
    configuration.sources,
    clients,
  );
  closers.add(() => zapier.close());
  const own = await openDestinations(configuration.destinations, log, {
    sharers: () => ledger.queue.workers,
    hideSecrets: (text) => mask.hide(text),
  });
  const enrichment = openEnrichment(configuration, clients, ledger, own, zapier.reportsTo);
  const destinations = joinDestinations(own, [...enrichment.destinations, ...zapier.destinations]);
  closers.add(() => closeDestinations(destinations));
  const plan: Plan = (event, source, now) => [
    ...planDeliveries(configuration.routing, event, { source, now }),
    ...zapier.plan(event, source, now),
    ...enrichment.plan(event, source, now),
  ];
  const web = openWeb({
    configuration,
    ledger,
    destinations,
    sources,
    plan,
    zapier: zapier.router,
    mask,
    log,
  });
  const http = await openHttpServer(configuration.server, web.listener, log);
  closers.add(() => http.close());
  const ends: (() => unknown)[] = [];
  closers.add(() => Promise.all(ends.map((end) => end())));
  await startWork(
    {
      configuration,
      ledger,
      destinations,
      clients,
      plan,
      resultsOf: enrichment.resultsOf,
      subscribers: zapier.reportsTo,
      observeDelivery: web.observeDelivery,
      mask,
      log,
    },
    ends,
  );
  closers.add(() => {
    web.endStreams();
    http.refuseNew();
  });
  if (!configuration.destinations.every(({ kind }) => kind.kind === 'preview')) {
    void logFindings(own, log);
  }
  return {
    address: http.server.address() as AddressInfo,
    newSecret,
    newConsoleToken: web.newConsoleToken,
    stop: () => closers.closeAll(),
  };
}
