import type { Router } from 'express';
import type { Logger } from 'pino';
import type { ClientAddress } from '../client-address.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Destination } from '../destinations/contract.ts';
import type { Plan } from '../inbound/new-event.ts';
import type { Refusals } from '../inbound/refusals.ts';
import type { WebhookSource } from '../inbound/webhook.ts';
import type { Ledger } from '../ledger/contract.ts';
import { createAccess } from './access.ts';
import { Checks } from './checks.ts';
import type { Live } from './live.ts';
import { LoginLimit } from './login-limit.ts';
import { openOperations } from './operations.ts';
import { consoleRouter } from './router.ts';
import { Timeline } from './timeline.ts';
import { type ConsoleTokens, consoleTokens } from './tokens.ts';

export interface ConsoleServices {
  configuration: Configuration;
  ledger: Ledger;
  /** The open destinations by name, in the order in which people see them. */
  destinations: ReadonlyMap<string, Destination>;
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
  const destinationNames = [...destinations.keys()];
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
    operations: openOperations({ configuration, destinationNames, ledger, plan, now }),
    checks: new Checks(destinations, () => live.changed()),
    timeline: new Timeline(ledger),
  });
  return { router, tokens, tokenMade: made };
}
