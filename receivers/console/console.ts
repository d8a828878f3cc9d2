import type { Router } from 'express';
import type { Logger } from 'pino';
import type { ClientAddress } from '../base/client-address.ts';
import type { Configuration } from '../config/configuration.ts';
import type { OpenDestinations } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { Refusals } from '../inbound/refusals.ts';
import type { WebhookSource } from '../inbound/webhook.ts';
import { Checks } from '../operations/checks.ts';
import { openOperations } from '../operations/operations.ts';
import { Timeline } from '../operations/timeline.ts';
import { createAccess } from './access/access.ts';
import { LoginLimit } from './access/login-limit.ts';
import { type ConsoleTokens, consoleTokens } from './access/tokens.ts';
import type { Live } from './browser/live-stream.ts';
import { consoleRouter } from './router.ts';

export interface ConsoleServices {
  configuration: Configuration;
  ledger: Ledger;
  /** The open destinations by name, in the order in which people see them. */
  destinations: OpenDestinations;
  sources: ReadonlyMap<string, WebhookSource>;
  plan: Plan;
  refusals: Refusals;
  addressOf: ClientAddress;
  live: Live;
  log: Logger;
}

export interface Console {
  /** To be mounted at `/console`. */
  router: Router;
  tokens: ConsoleTokens;
  /** The token was made on this start, and has to be shown once. */
  tokenMade: boolean;
}

/** Makes the console of a running receiver. Throws where its tokens cannot be kept in the data folder. */
export function createConsole(services: ConsoleServices): Console {
  const { configuration, ledger, destinations, plan, live } = services;
  const now = Date.now;
  const { tokens, made } = consoleTokens(configuration.console, configuration.storage.dataFolder);
  const router = consoleRouter({
    ...services,
    now,
    access: createAccess({
      tokens,
      limit: new LoginLimit(),
      addressOf: services.addressOf,
      publicUrl: configuration.server.publicUrl,
      now,
    }),
    operations: openOperations({
      configuration,
      destinations: [...destinations.values()],
      ledger,
      plan,
      now,
    }),
    checks: new Checks(destinations, () => live.changed()),
    timeline: new Timeline(ledger),
  });
  return { router, tokens, tokenMade: made };
}
