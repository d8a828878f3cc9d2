import { passesFilter } from '../../../shared/zapier-filter.ts';
import type { Ledger } from '../../ledger/contract.ts';
import type { Subscription, Subscriptions } from '../../zapier/subscriptions.ts';
import type { Attempt, Check, Destination, ExperienceMessage, Message, Outcome } from '../contract.ts';
import { render } from './render.ts';

/** The destination whose deliveries are for one Zap each. */
export const ZAPS = 'zapier-zaps';

/** What a delivery to a Zap is made by: it names the message and the subscription. */
const ROUTE = /^(\S+) for the Zap (\w+)$/;

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
  readonly #services: FanOutServices;

  constructor(services: FanOutServices) {
    this.#services = services;
  }

  async send(message: Message, { eventKey, createdAt }: Attempt): Promise<Outcome> {
    if (message.kind === 'report') {
      return { type: 'done', note: 'Zaps get events, not reports: not sent.' };
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
        await ledger.sendAgain(eventKey, delivery, `${message.event.experience.id} ${id}`);
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
