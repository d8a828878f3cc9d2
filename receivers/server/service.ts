import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { clientAddress } from '../base/client-address.ts';
import type { Configuration } from '../config/configuration.ts';
import { Live, liveWebhooks } from '../console/browser/live-stream.ts';
import { createConsole } from '../console/console.ts';
import type { DeliveryWork } from '../contract/delivery.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import { startAlerts } from '../delivery/alerts.ts';
import { type AttemptServices, createAttempt } from '../delivery/attempt.ts';
import { circuitBreaker } from '../delivery/circuit-breaker.ts';
import { logFindings } from '../destinations/checks.ts';
import { closeDestinations, openDestinations } from '../destinations/open.ts';
import { Refusals } from '../inbound/refusals.ts';
import { createWebhook } from '../inbound/webhook.ts';
import { webhookSources } from '../inbound/webhook-sources.ts';
import { openClients } from '../intelligems/clients.ts';
import { type Enrichment, openEnrichment } from '../intelligems/enrichment.ts';
import { startSurveys } from '../intelligems/surveys.ts';
import { openLedger } from '../ledger/open.ts';
import { startRetention } from '../ledger/retention.ts';
import { startDigest } from '../reports/digest.ts';
import { planDeliveries } from '../routes/plan.ts';
import { openZapier } from '../zapier/zapier.ts';
import { createApp } from './app.ts';
import { joinDestinations } from './join-destinations.ts';
import { createListener } from './listener.ts';
import { createMetrics } from './metrics.ts';

/** How long a stop waits for deliveries that are under way, milliseconds. */
const STOP_GRACE_MS = 8_000;

export interface Service {
  /** Where it listens. */
  address: AddressInfo;
  /** The secret that the receiver made itself on this start; null where there was one. */
  newSecret: string | null;
  /** The console's token, where the receiver made it on this start; else null. */
  newConsoleToken: string | null;
  /** Takes no more requests, finishes what is under way within ten seconds, and closes the ledger. */
  stop(): Promise<void>;
}

/**
 * Starts the receiver: opens the ledger, the destinations and the port. Rejects where one of them cannot
 * be opened; what was opened before is closed again.
 */
export async function startService(configuration: Configuration, log: Logger): Promise<Service> {
  const { server: listen } = configuration;
  const opened = await openLedger(configuration.storage, configuration.database);
  const { ledger } = opened;
  for (const warning of ledger.warnings) {
    log.warn(warning);
  }
  try {
    const { sources, newSecret } = webhookSources(configuration.sources, configuration.storage.dataFolder);
    const clients = openClients(configuration.intelligems, configuration.sources);
    const { quietMs: burstMs } = configuration.routing;
    const zapier = await openZapier(
      { ...configuration.zapier, burstMs },
      ledger,
      configuration.sources,
      clients,
    );
    const own = await openDestinations(configuration.destinations, log, () => ledger.queue.workers);
    const enrichment = openEnrichment(configuration, clients, ledger, own, zapier.reportsTo);
    const destinations = joinDestinations(own, [...enrichment.destinations, ...zapier.destinations]);
    const metrics = createMetrics(ledger, [...destinations.values()]);
    const plan: Plan = (event, source, now) => [
      ...planDeliveries(configuration.routing, event, { source, now }),
      ...zapier.plan(event, source, now),
      ...enrichment.plan(event, source, now),
    ];
    const refusals = new Refusals();
    const live = new Live();
    const addressOf = clientAddress(listen.trustedProxies);
    const console = createConsole({
      configuration,
      ledger,
      destinations,
      sources,
      plan,
      refusals,
      addressOf,
      live,
      log,
    });
    const webhook = createWebhook(
      { sources, bodyLimitBytes: listen.bodyLimitBytes, signatureHeader: listen.signatureHeader },
      {
        ledger,
        plan,
        refusals,
        addressOf,
        log,
        now: Date.now,
        observe: liveWebhooks(metrics.webhook, live),
      },
    );
    const { headersTimeoutMs: headersTimeout, requestTimeoutMs: requestTimeout } = listen;
    const server = createServer(
      { headersTimeout, requestTimeout, connectionsCheckingInterval: Math.min(headersTimeout / 2, 5_000) },
      createListener(
        webhook,
        createApp({ ledger, console: console.router, zapier: zapier.router, metrics, log }),
        log,
      ),
    );
    server.maxConnections = listen.maxConnections;
    await listening(server, listen.port, listen.host);
    const endings: (() => unknown)[] = [];
    const observe: AttemptServices['observe'] = (destination, settlement) => {
      metrics.delivery(destination, settlement);
      live.changed();
    };
    if (configuration.role !== 'accept') {
      const left = await leftBehind(ledger, destinations, log);
      await ledger.queue.start(
        deliveryWork(configuration, ledger, destinations, left, enrichment, observe, log),
      );
      const known = new Set(destinations.keys());
      endings.push(
        startRetention(ledger, configuration.storage.retentionDays, log),
        startAlerts(ledger, known, configuration.alerts, log),
        startDigest(configuration, ledger, log),
        await startSurveys(configuration, {
          ledger,
          clients,
          plan,
          log,
          now: Date.now,
          subscribers: zapier.reportsTo,
        }),
      );
    }
    if (!configuration.destinations.every(({ kind }) => kind.kind === 'preview')) {
      void logFindings(own, log);
    }
    return {
      address: server.address() as AddressInfo,
      newSecret,
      newConsoleToken: console.tokenMade ? console.tokens.editor : null,
      async stop() {
        live.close();
        zapier.close();
        const closed = new Promise((resolve) => server.close(resolve));
        server.closeIdleConnections();
        await Promise.all([ledger.queue.stop(STOP_GRACE_MS), ...endings.map((end) => end())]);
        server.closeAllConnections();
        await closed;
        await closeDestinations(destinations);
        await opened.close();
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/**
 * The queues of destinations that the settings no longer name and that have deliveries open: handed out, each
 * becomes a dead letter that says so, in place of waiting unseen for ever.
 */
async function leftBehind(
  ledger: Ledger,
  destinations: OpenDestinations,
  log: Logger,
): Promise<DeliveryWork['destinations']> {
  const left = (await ledger.depths()).filter(
    ({ destination, open }) => open > 0 && !destinations.has(destination),
  );
  for (const { destination, open } of left) {
    log.warn({ destination, open }, 'the settings no longer name this destination; what is open for it ends');
  }
  return left.map(({ destination }) => ({ name: destination, concurrency: 1 }));
}

function deliveryWork(
  { delivery, intelligems, server, updates }: Configuration,
  ledger: Ledger,
  destinations: OpenDestinations,
  left: DeliveryWork['destinations'],
  { resultsOf }: Enrichment,
  observe: AttemptServices['observe'],
  log: Logger,
): DeliveryWork {
  return {
    destinations: [...destinations.values(), ...left],
    health: circuitBreaker(delivery.breaker),
    onError: (error) => log.error({ err: error }, 'the storage refused; trying again'),
    attempt: createAttempt(
      {
        retry: delivery.retry,
        timeoutMs: delivery.attemptTimeoutMs,
        links: { experienceUrlTemplate: intelligems.experienceUrlTemplate, publicUrl: server.publicUrl },
        dropBookkeeping: updates.dropBookkeeping,
      },
      {
        ledger,
        resultsOf,
        destinations,
        log,
        now: Date.now,
        random: Math.random,
        observe,
      },
    ),
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
