import { passesFilter } from '../../shared/zapier-filter.ts';
import type { Attempt, Check, Destination } from '../contract/destination.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { render } from './render.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';

/** The destination whose deliveries are for one Zap each. */
export const ZAPS = 'zapier-zaps';

/** What a delivery to a Zap is made by: it names the message and the subscription. */
const ROUTE = /^(\S+) for the Zap (\w+)$/;

/** While it is not known who caused an event, it is looked for this share of its age later again. */
const WAITED_SHARE = 0.1;
const SHORTEST_WAIT_MS = 500;

export interface FanOutSettings {
  /** So long, in milliseconds, an event may be held back until it is known who caused it. */
  waitForWhoMs: number;
  /** The sources of which Intelligems is asked. */
  asked: { has(source: string): boolean };
}

export interface FanOutServices {
  subscriptions: Subscriptions;
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>;
  now(): number;
}

/**
 * Gives each event to every Zap that wants it, as a delivery of that Zap's own: one that cannot be told holds up
 * neither the others nor, at them, what comes after. An event reaches the Zaps that were switched on when it was
 * accepted.
 */
export class ZapierFanOut implements Destination {
  readonly #settings: FanOutSettings;
  readonly #services: FanOutServices;

  constructor(settings: FanOutSettings, services: FanOutServices) {
    this.#settings = settings;
    this.#services = services;
  }

  async send(message: Message, { eventKey, createdAt }: Attempt): Promise<Outcome> {
    if (message.kind === 'report') {
      return { type: 'done', note: 'Zaps get events, not reports: not sent.' };
    }
    const waits = this.#waitsForWho(message);
    if (waits !== null) {
      return waits;
    }
    const zaps = await this.#services.subscriptions.all();
    const there = zaps.filter((zap) => zap.createdAt <= createdAt);
    const count = await giveToZaps(message, eventKey, there, this.#services);
    return { type: 'done', note: count === 0 ? 'No Zap is waiting for it.' : `Goes to ${zapsWords(count)}.` };
  }

  async check(): Promise<Check[]> {
    const { length } = await this.#services.subscriptions.all();
    const finding =
      length === 0
        ? 'No Zap is switched on.'
        : `${zapsWords(length)} ${length === 1 ? 'is' : 'are'} switched on.`;
    return [{ what: 'Zapier', state: 'ok', finding, fix: null }];
  }

  async close(): Promise<void> {}

  /** What a Zap has been given cannot be changed: the name of who caused it comes with it, or never. */
  #waitsForWho({ triggeredBy, source, receivedAt }: ExperienceMessage): Outcome | null {
    const { asked, waitForWhoMs } = this.#settings;
    const age = this.#services.now() - receivedAt;
    if (triggeredBy !== null || age >= waitForWhoMs || !asked.has(source)) {
      return null;
    }
    const delayMs = Math.min(waitForWhoMs - age, Math.max(SHORTEST_WAIT_MS, age * WAITED_SHARE));
    return { type: 'retry', reason: 'Intelligems does not tell yet who caused it.', waiting: true, delayMs };
  }
}

/**
 * Makes a delivery for each of the Zaps that want the message, unless there is one already: after a crash it goes
 * on where it was. Each Zap gets what happens to an experience in order. Gives how many want it.
 */
export async function giveToZaps(
  message: ExperienceMessage,
  eventKey: string,
  zaps: readonly Subscription[],
  { ledger, now }: Pick<FanOutServices, 'ledger' | 'now'>,
): Promise<number> {
  const event = render(message);
  const wanting = zaps.filter(({ filter }) => passesFilter(event, filter));
  if (wanting.length > 0) {
    const made = await ledger.deliveries(eventKey);
    const routes = new Set(made.filter(({ destination }) => destination === ZAPS).map(({ route }) => route));
    for (const { id } of wanting) {
      const route = `${message.key} for the Zap ${id}`;
      if (!routes.has(route)) {
        const delivery = { destination: ZAPS, route, dueAt: now(), quietMs: null };
        await ledger.sendAgain(eventKey, delivery, `${message.experienceKey} ${id}`);
      }
    }
  }
  return wanting.length;
}

/** The message's key and the subscription that a delivery's route names; null where it names none. */
export function zapOf(route: string): { key: string; id: string } | null {
  const [, key, id] = ROUTE.exec(route) ?? [];
  return key === undefined || id === undefined ? null : { key, id };
}

function zapsWords(count: number): string {
  return count === 1 ? '1 Zap' : `${count} Zaps`;
}
