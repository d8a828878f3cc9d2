import type { Router } from 'express';
import type { DestinationDescription, OpenDestination } from '../contract/destination.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { Ledger } from '../contract/ledger.ts';
import { ZAPS, ZapierFanOut } from './fan-out.ts';
import { zapierRouter } from './router.ts';
import { ZapDestination } from './send.ts';
import { Subscriptions, ZAPIER } from './subscriptions.ts';

/** Zapier's part of the receiver. */
export interface Zapier {
  /** To be mounted at `/zapier`. */
  router: Router;
  destinations: readonly OpenDestination[];
  /** What an event accepted at `now` (milliseconds since 1970) needs: the Zaps themselves choose what they want. */
  plan(now: number): NewDelivery[];
}

/** How people see the destinations of Zapier: one that hands each event on, and the deliveries to single Zaps. */
export const ZAPIER_DESTINATIONS = {
  fanOut: { name: ZAPIER, title: 'Zapier', repeated: 'no Zap gets it a second time.', internal: false },
  zaps: {
    name: ZAPS,
    title: 'Zapier: each Zap',
    repeated: 'the Zapier app knows it for 90 days, in which the Zap does not run again.',
    internal: true,
  },
} as const satisfies Record<string, DestinationDescription>;

const TIMEOUT_MS = 10_000;

export interface ZapierPartSettings {
  apiKey: string | null;
  targetHosts: readonly string[];
  /** So long, in milliseconds, an event may be held back until it is known who caused it. */
  waitForWhoMs: number;
}

/**
 * Opens Zapier's part of the receiver; null where no key is set for it.
 *
 * @param asked the sources of which Intelligems is asked who caused their events
 */
export function openZapier(
  { apiKey, targetHosts, waitForWhoMs }: ZapierPartSettings,
  ledger: Ledger,
  asked: { has(source: string): boolean },
): Zapier | null {
  if (apiKey === null) {
    return null;
  }
  const subscriptions = new Subscriptions(ledger);
  const services = { subscriptions, ledger, now: Date.now };
  return {
    router: zapierRouter({ apiKey, targetHosts }, { ledger, subscriptions, now: Date.now }),
    // Handing an event on is quick; a Zap may take its time.
    destinations: [
      {
        ...ZAPIER_DESTINATIONS.fanOut,
        concurrency: 4,
        destination: new ZapierFanOut({ waitForWhoMs, asked }, services),
      },
      {
        ...ZAPIER_DESTINATIONS.zaps,
        concurrency: 16,
        destination: new ZapDestination({ targetHosts, timeoutMs: TIMEOUT_MS }, services),
      },
    ],
    plan: (now) => [{ destination: ZAPIER, route: ZAPIER, dueAt: now, quietMs: null }],
  };
}
