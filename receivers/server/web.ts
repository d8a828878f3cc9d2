import type { RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { type ClientAddress, clientAddress } from '../base/client-address.ts';
import type { SecretMask } from '../base/secret-mask.ts';
import type { Configuration } from '../config/configuration.ts';
import { LoginLimit } from '../console/access/login-limit.ts';
import { createConsole } from '../console/console.ts';
import { Live } from '../console/live.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { AttemptServices } from '../delivery/attempt.ts';
import { createPressRoute } from '../inbound/presses.ts';
import { Refusals } from '../inbound/refusals.ts';
import { createWebhook } from '../inbound/webhook.ts';
import type { ConnectionOperations } from '../operations/connections.ts';
import { type ConsoleTokens, consoleTokens } from '../operations/console-tokens.ts';
import { pressOffer } from '../operations/lifecycle.ts';
import { openOperations } from '../operations/open.ts';
import { zapierOperations } from '../operations/zapier.ts';
import { createApp } from './app.ts';
import type { Generation } from './generation.ts';
import { createListener } from './listener.ts';
import { liveWebhooks } from './live-webhooks.ts';
import { createMetrics, type Metrics } from './metrics.ts';

export interface WebServices {
  ledger: Ledger;
  mask: SecretMask;
  log: Logger;
}

/** What of the web part stays while settings change. */
export interface WebParts {
  connections: ConnectionOperations;
  connectionWarnings(): string[];
  metrics: Metrics;
  refusals: Refusals;
  live: Live;
  limit: LoginLimit;
  addressOf: ClientAddress;
  tokens: ConsoleTokens;
  /** The console token that was made just now; null if there was one. */
  newConsoleToken: string | null;
  observeDelivery: AttemptServices['observe'];
}

/** @param destinations gives all that take deliveries now */
export function openWebParts(
  { console, server, storage }: Configuration,
  { ledger, mask }: WebServices,
  { connections, connectionWarnings }: Pick<WebParts, 'connections' | 'connectionWarnings'>,
  destinations: () => OpenDestinations,
): WebParts {
  const metrics = createMetrics(ledger, () => destinations().values());
  const live = new Live();
  const { tokens, made } = consoleTokens(console, storage.dataFolder);
  mask.add(Object.values(tokens));
  return {
    connections,
    connectionWarnings,
    metrics,
    refusals: new Refusals(),
    live,
    limit: new LoginLimit(),
    addressOf: clientAddress(server.trustedProxies),
    tokens,
    newConsoleToken: made ? tokens.editor : null,
    observeDelivery(destination, settlement) {
      metrics.delivery(destination, settlement);
      live.changed();
    },
  };
}

/** Takes presses of buttons, if a destination has some. */
function pressesOf(
  configuration: Configuration,
  destinations: OpenDestinations,
  { ledger, log }: Pick<WebServices, 'ledger' | 'log'>,
): RequestHandler | undefined {
  const pressed = [...destinations.values()].flatMap(({ name, destination }) =>
    destination.readPress === undefined ? [] : [{ name, readPress: destination.readPress }],
  );
  return pressed.length === 0
    ? undefined
    : createPressRoute({
        destinations: pressed,
        accept: ({ id, ...press }, names) =>
          pressOffer({ configuration, ledger, now: Date.now }, { ...press, press: id, destinations: names }),
        log,
      });
}

/** Everything that a generation answers by HTTP: the webhook route, the console, the metrics, the Zapier app's calls. */
export function webOf(
  { configuration, sources, destinations, plan, zapier }: Generation,
  { connections, connectionWarnings, metrics, refusals, live, limit, addressOf, tokens }: WebParts,
  { ledger, mask, log }: WebServices,
): RequestListener {
  const { server, heldSources } = configuration;
  const { bodyLimitBytes, signatureHeader, publicUrl, metricsToken } = server;
  const operations = openOperations({
    configuration,
    destinations: [...destinations.values()],
    ledger,
    plan,
    mask,
    now: Date.now,
    running: { destinations, sources, refusals, connectionWarnings, onChecked: () => live.changed() },
  });
  const console = createConsole({
    operations,
    connections,
    zapier: zapierOperations(configuration, ledger, Date.now),
    tokens,
    publicUrl,
    addressOf,
    limit,
    live,
    log,
    now: Date.now,
  });
  const observe = liveWebhooks(metrics.webhook, () => live.changed());
  const webhook = createWebhook(
    { sources, heldSources, bodyLimitBytes, signatureHeader },
    { ledger, plan, refusals, addressOf, mask, log, now: Date.now, observe },
  );
  const app = createApp({
    ledger,
    connectionWarnings,
    console,
    presses: pressesOf(configuration, destinations, { ledger, log }),
    zapier: zapier.router,
    metrics,
    metricsToken,
    mask,
    log,
  });
  return createListener(webhook, app, log);
}
