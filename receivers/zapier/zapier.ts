import type { Router } from 'express';
import type { ExperienceAddresses } from '../../shared/experience-link.ts';
import type { DestinationDescription, OpenDestination } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import { ZapierAccess } from './access.ts';
import { ZapierFanOut } from './fan-out.ts';
import { ZapierKeys } from './keys.ts';
import { ZAPIER, ZAPIER_BURSTS, ZAPS } from './names.ts';
import { zapierRouter } from './router.ts';
import { ZapDestination } from './send.ts';
import type { ZapierSource } from './stores.ts';
import type { Subject } from './subjects.ts';
import { Subscriptions } from './subscriptions.ts';
import { ZapierSwitch } from './switch.ts';

/** Zapier's part of the receiver. */
export interface Zapier {
  /** To be mounted at `/zapier`. */
  router: Router;
  destinations: readonly OpenDestination[];
  /** Every event goes to Zapier while it is on: the Zaps themselves choose what they want. */
  plan: Plan;
  /** The destination for reports of a subject, if a Zap waits for them. */
  reportsTo(subject: Subject): Promise<string[]>;
  close(): void;
}

/** How people see the destinations of Zapier: one that hands each event on, and the deliveries to single Zaps. */
export const ZAPIER_DESTINATIONS = {
  fanOut: { name: ZAPIER, title: 'Zapier', repeated: 'no Zap gets it a second time.', internal: false },
  bursts: {
    name: ZAPIER_BURSTS,
    title: 'Zapier: changed settings',
    repeated: 'no Zap gets it a second time.',
    internal: true,
  },
  zaps: {
    name: ZAPS,
    title: 'Zapier: each Zap',
    repeated: 'the Zapier app recognizes it for 90 days and does not run the Zap again.',
    internal: true,
  },
} as const satisfies Record<string, DestinationDescription>;

const TIMEOUT_MS = 10_000;

export interface ZapierPartSettings {
  /** The key of a receiver for a single store; null if there is none. */
  apiKey: string | null;
  targetHosts: readonly string[];
  /** The longest time that an event waits for the name of the person who caused it, milliseconds. */
  waitForWhoMs: number;
  /** Updates that follow each other within this time are one change of settings, milliseconds; 0 for one each. */
  burstMs: number;
  /** Where people open an experience in Intelligems. */
  addresses: ExperienceAddresses;
}

/**
 * Opens Zapier's part of the receiver. It is on while there is a key, in the settings or made by a person.
 *
 * @param sources all sources of the settings
 * @param asked the sources for which Intelligems is asked who caused their events
 */
export async function openZapier(
  { apiKey, targetHosts, waitForWhoMs, burstMs, addresses }: ZapierPartSettings,
  ledger: Ledger,
  sources: readonly ZapierSource[],
  asked: { has(source: string): boolean },
): Promise<Zapier> {
  const keys = new ZapierKeys(ledger);
  const access = new ZapierAccess(apiKey, keys);
  const subscriptions = new Subscriptions(ledger, access);
  const services = { subscriptions, ledger, now: Date.now };
  const zapierSwitch = await ZapierSwitch.open(apiKey !== null, keys);
  return {
    router: zapierRouter(
      { targetHosts, sources, addresses },
      { ...services, access, isOn: () => zapierSwitch.look(), onAccess: () => zapierSwitch.turnOn() },
    ),
    // Handing an event on is quick; a Zap may take its time.
    destinations: [
      {
        ...ZAPIER_DESTINATIONS.fanOut,
        internal: !zapierSwitch.isOn,
        concurrency: 4,
        destination: new ZapierFanOut({ events: 'events', waitForWhoMs, asked }, services),
      },
      {
        ...ZAPIER_DESTINATIONS.bursts,
        concurrency: 4,
        destination: new ZapierFanOut({ events: 'changes', waitForWhoMs, asked }, services),
      },
      {
        ...ZAPIER_DESTINATIONS.zaps,
        concurrency: 16,
        destination: new ZapDestination({ targetHosts, timeoutMs: TIMEOUT_MS }, services),
      },
    ],
    plan: ({ action }, _source, now) => {
      if (!zapierSwitch.isOn) {
        return [];
      }
      const each = { destination: ZAPIER, route: ZAPIER, dueAt: now, quietMs: null };
      const quietMs = burstMs > 0 ? burstMs : null;
      const burst = { destination: ZAPIER_BURSTS, route: ZAPIER, dueAt: now + burstMs, quietMs };
      return action === 'updateExperience' ? [each, burst] : [each];
    },
    async reportsTo(subject) {
      const isWanted =
        zapierSwitch.isOn && (await subscriptions.all()).some((zap) => zap.subject === subject);
      return isWanted ? [ZAPIER] : [];
    },
    close: () => zapierSwitch.close(),
  };
}
