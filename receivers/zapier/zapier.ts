import type { Router } from 'express';
import type { Destination } from '../destinations/contract.ts';
import type { OpenDestinations } from '../destinations/open.ts';
import { ZapierDestination } from '../destinations/zapier/send.ts';
import type { Ledger, NewDelivery } from '../ledger/contract.ts';
import { zapierRouter } from './router.ts';
import { Subscriptions, ZAPIER } from './subscriptions.ts';

/** Zapier's part of the receiver. */
export interface Zapier {
  /** To be mounted at `/zapier`. */
  router: Router;
  destination: Destination;
  /** What an event accepted at `now` (milliseconds since 1970) needs: the Zaps themselves choose what they want. */
  plan(now: number): NewDelivery[];
}

/** How many deliveries may be under way at once. */
const CONCURRENCY = 4;

const TIMEOUT_MS = 10_000;

/** Opens Zapier's part of the receiver; null where no key is set for it. */
export function openZapier(
  { apiKey, targetHosts }: { apiKey: string | null; targetHosts: readonly string[] },
  ledger: Ledger,
): Zapier | null {
  if (apiKey === null) {
    return null;
  }
  const subscriptions = new Subscriptions(ledger);
  return {
    router: zapierRouter({ apiKey, targetHosts }, { ledger, subscriptions, now: Date.now }),
    destination: new ZapierDestination({ targetHosts, timeoutMs: TIMEOUT_MS }, subscriptions),
    plan: (now) => [{ destination: ZAPIER, route: ZAPIER, dueAt: now, quietMs: null }],
  };
}

/** The destinations of the settings, and Zapier's beside them. Throws where one of them has taken its name. */
export function withZapier(destinations: OpenDestinations, zapier: Zapier | null): OpenDestinations {
  if (zapier === null) {
    return destinations;
  }
  if (destinations.open.has(ZAPIER)) {
    throw new Error(
      `A destination in receivers.yaml is named ${ZAPIER}, which ZAPIER_API_KEY needs for Zapier itself. Give it another name.`,
    );
  }
  return {
    ...destinations,
    open: new Map([...destinations.open, [ZAPIER, zapier.destination]]),
    queues: [...destinations.queues, { name: ZAPIER, concurrency: CONCURRENCY }],
  };
}
