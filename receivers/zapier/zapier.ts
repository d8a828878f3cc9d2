import type { Router } from 'express';
import type { Destination, OpenDestinations } from '../contract/destination.ts';
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
  /** By their names. */
  destinations: ReadonlyMap<string, Destination>;
  /** What an event accepted at `now` (milliseconds since 1970) needs: the Zaps themselves choose what they want. */
  plan(now: number): NewDelivery[];
}

/** How many deliveries may be under way at once: handing on is quick, a Zap may take its time. */
const CONCURRENCY: Readonly<Record<string, number>> = { [ZAPIER]: 4, [ZAPS]: 16 };

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
    destinations: new Map<string, Destination>([
      [ZAPIER, new ZapierFanOut({ waitForWhoMs, asked }, services)],
      [ZAPS, new ZapDestination({ targetHosts, timeoutMs: TIMEOUT_MS }, services)],
    ]),
    plan: (now) => [{ destination: ZAPIER, route: ZAPIER, dueAt: now, quietMs: null }],
  };
}

/** The destinations of the settings, and Zapier's beside them. Throws where one of them has taken a name of theirs. */
export function withZapier(destinations: OpenDestinations, zapier: Zapier | null): OpenDestinations {
  if (zapier === null) {
    return destinations;
  }
  const names = [...zapier.destinations.keys()];
  const taken = names.find((name) => destinations.open.has(name));
  if (taken !== undefined) {
    throw new Error(
      `A destination in receivers.yaml is named ${taken}, which ZAPIER_API_KEY needs for Zapier itself. Give it another name.`,
    );
  }
  return {
    ...destinations,
    open: new Map([...destinations.open, ...zapier.destinations]),
    queues: [...destinations.queues, ...names.map((name) => ({ name, concurrency: CONCURRENCY[name] ?? 1 }))],
  };
}
