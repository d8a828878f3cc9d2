import type { RequestListener } from 'node:http';
import type { Router } from 'express';
import type { Logger } from 'pino';
import { clientAddress } from '../base/client-address.ts';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { createConsole } from '../console/console.ts';
import { Live } from '../console/live.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { AttemptServices } from '../delivery/attempt.ts';
import { Refusals } from '../inbound/refusals.ts';
import { createWebhook } from '../inbound/webhook.ts';
import type { WebhookSource } from '../inbound/webhook-services.ts';
import { consoleTokens } from '../operations/console-tokens.ts';
import { openOperations } from '../operations/open.ts';
import { zapierOperations } from '../operations/zapier.ts';
import { createApp } from './app.ts';
import { createListener } from './listener.ts';
import { liveWebhooks } from './live-webhooks.ts';
import { createMetrics } from './metrics.ts';

export interface WebServices {
  configuration: Configuration;
  ledger: Ledger;
  destinations: OpenDestinations;
  sources: ReadonlyMap<string, WebhookSource>;
  plan: Plan;
  /** What the Zapier app calls; without it, it is off. */
  zapier?: Router;
  mask: SecretMask;
  log: Logger;
}

/** Everything that the receiver answers by HTTP. */
export interface Web {
  listener: RequestListener;
  observeDelivery: AttemptServices['observe'];
  /** The console token that was made just now; null if there was one. */
  newConsoleToken: string | null;
  /** Ends the streams that keep open pages up to date. */
  endStreams(): void;
}

/** Puts together the webhook route, the console, the metrics and the Zapier app's calls. */
export function openWeb(services: WebServices): Web {
  const { configuration, ledger, destinations, sources, plan, zapier, mask, log } = services;
  const { server } = configuration;
  const metrics = createMetrics(ledger, [...destinations.values()]);
  const refusals = new Refusals();
  const live = new Live();
  const addressOf = clientAddress(server.trustedProxies);
  const { tokens, made } = consoleTokens(configuration.console, configuration.storage.dataFolder);
  mask.add(Object.values(tokens));
  const operations = openOperations({
    configuration,
    destinations: [...destinations.values()],
    ledger,
    plan,
    mask,
    now: Date.now,
    running: { destinations, sources, refusals, onChecked: () => live.changed() },
  });
  const { publicUrl } = server;
  const console = createConsole({
    operations,
    zapier: zapierOperations(configuration, ledger, Date.now),
    tokens,
    publicUrl,
    addressOf,
    live,
    log,
    now: Date.now,
  });
  const observe = liveWebhooks(metrics.webhook, () => live.changed());
  const webhook = createWebhook(
    { sources, bodyLimitBytes: server.bodyLimitBytes, signatureHeader: server.signatureHeader },
    { ledger, plan, refusals, addressOf, mask, log, now: Date.now, observe },
  );
  const app = createApp({
    ledger,
    console,
    ...(zapier !== undefined && { zapier }),
    metrics,
    metricsToken: server.metricsToken,
    mask,
    log,
  });
  return {
    listener: createListener(webhook, app, log),
    observeDelivery(destination, settlement) {
      metrics.delivery(destination, settlement);
      live.changed();
    },
    newConsoleToken: made ? tokens.editor : null,
    endStreams: () => live.close(),
  };
}
