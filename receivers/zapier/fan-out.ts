import { passesFilter } from '../../shared/zapier-filter.ts';
import type { Attempt, Check, Destination } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { ZAPS } from './names.ts';
import { isOfOrganization } from './recent-events.ts';
import { filteredReport, render } from './render.ts';
import { readRoute, routeOf } from './route.ts';
import { isSubject } from './subjects.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

/** While the person who caused an event is unknown, it is checked again after this fraction of the event's age. */
const WAITED_SHARE = 0.1;
const SHORTEST_WAIT_MS = 500;

export interface FanOutSettings {
  /** Which Zaps it hands events of experiences to. */
  events: 'events' | 'changes';
  /** The longest time that an event waits for the name of the person who caused it, milliseconds. */
  waitForWhoMs: number;
  /** The sources for which Intelligems is asked. */
  asked: { has(source: string): boolean };
}

export interface FanOutServices {
  subscriptions: Subscriptions;
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>;
  now(): number;
}

/** The attempt ended before every Zap had a delivery: another process may be at it. The next attempt continues. */
export const LEASE_LOST = {
  type: 'retry',
  reason: 'The attempt ended before every Zap had its delivery.',
} as const satisfies Outcome;

/**
 * Hands each event to every Zap that wants it, as a delivery of its own: a Zap that fails holds up neither the others
 * nor what comes after for them. An event reaches the Zaps that were on when it was accepted.
 */
export class ZapierFanOut implements Destination {
  readonly #settings: FanOutSettings;
  readonly #services: FanOutServices;

  constructor(settings: FanOutSettings, services: FanOutServices) {
    this.#settings = settings;
    this.#services = services;
  }

  async send(message: Message, { eventKey, createdAt, signal }: Attempt): Promise<Outcome> {
    const waits = message.kind === 'experience' ? this.#waitsForWho(message) : null;
    if (waits !== null) {
      return waits;
    }
    const now = this.#services.now();
    // A Zap that was switched on in the future got that time from a clock that was ahead: it has been on since.
    const zaps = (await this.#services.subscriptions.all()).filter(
      (zap) => zap.createdAt <= createdAt || zap.createdAt > now,
    );
    const own =
      message.kind === 'report' ? zaps : zaps.filter(({ subject }) => subject === this.#settings.events);
    const count = await giveToZaps(message, { eventKey, signal }, own, this.#services);
    return count === null
      ? LEASE_LOST
      : { type: 'done', note: count === 0 ? 'No Zap is waiting for it.' : `Goes to ${zapsWords(count)}.` };
  }

  async check(): Promise<Check[]> {
    if (this.#settings.events === 'changes') {
      return [];
    }
    const { length } = await this.#services.subscriptions.all();
    const finding =
      length === 0 ? 'No Zap is on.' : `${zapsWords(length)} ${length === 1 ? 'is' : 'are'} on.`;
    return [{ what: 'Zapier', state: 'ok', finding, fix: null }];
  }

  async close(): Promise<void> {}

  /** What a Zap got cannot be changed: the name of the person comes with it, or never. */
  #waitsForWho({ triggeredBy, source, receivedAt }: ExperienceMessage): Outcome | null {
    const { asked, waitForWhoMs } = this.#settings;
    const age = Math.max(0, this.#services.now() - receivedAt);
    if (triggeredBy !== null || age >= waitForWhoMs || !asked.has(source)) {
      return null;
    }
    const delayMs = Math.min(waitForWhoMs - age, Math.max(SHORTEST_WAIT_MS, age * WAITED_SHARE));
    return {
      type: 'retry',
      reason: 'Intelligems does not know yet who caused it.',
      waiting: true,
      delayMs,
    };
  }
}

/**
 * Makes a delivery for each of the Zaps that want the message, except for those that have one already: after a crash
 * it continues. Each Zap gets the events of an experience in order. Gives how many Zaps want it; null if the attempt
 * ended before all had a delivery.
 */
export async function giveToZaps(
  message: Message,
  { eventKey, signal }: Pick<Attempt, 'eventKey' | 'signal'>,
  zaps: readonly Subscription[],
  { ledger, now }: Pick<FanOutServices, 'ledger' | 'now'>,
): Promise<number | null> {
  const wanting = zaps.filter((zap) => wants(zap, message));
  if (wanting.length > 0) {
    const made = await ledger.deliveries(eventKey);
    const given = made
      .filter(({ destination }) => destination === ZAPS)
      .map(({ route }) => readRoute(route))
      .filter((route) => route?.key === message.key);
    const slots = new Set(given.map((route) => route?.slot));
    for (const { slot } of wanting) {
      if (signal.aborted) {
        return null;
      }
      if (!slots.has(slot)) {
        const delivery = { destination: ZAPS, route: routeOf(message, slot), dueAt: now(), quietMs: null };
        await ledger.sendAgain(eventKey, delivery, `${orderedWith(message)} ${slot}`);
      }
    }
  }
  return wanting.length;
}

/** Whether a Zap gets a message: it is of its store and its subject, and passes its filter. */
function wants({ subject, source, organizationId, filter }: Subscription, message: Message): boolean {
  if (message.kind === 'experience') {
    return (
      (subject === 'events' || subject === 'changes') &&
      message.source === source &&
      isOfOrganization(message.event.organization.id, organizationId) &&
      passesFilter(render(message), filter)
    );
  }
  const { topic, data } = message.report;
  return (
    isSubject(topic) &&
    topic === subject &&
    data?.source === source &&
    isOfOrganization(data.organizationId, organizationId) &&
    passesFilter(filteredReport(message.report), filter)
  );
}

function orderedWith(message: Message): string {
  return message.experienceKey ?? `report:${message.kind === 'report' ? message.report.topic : ''}`;
}

function zapsWords(count: number): string {
  return count === 1 ? '1 Zap' : `${count} Zaps`;
}
