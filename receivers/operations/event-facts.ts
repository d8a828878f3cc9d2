import { setImmediate } from 'node:timers/promises';
import { parseEvent, triggeredBy } from '../../shared/events.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';
import { type DeliveryEffect, deliveryEffect } from './described-destinations.ts';
import type { OperationServices } from './services.ts';

/** What people want to know of an event in a list, and what only its body says. */
export interface EventFacts {
  /** The email address of the person who caused it; null if unknown. */
  by: string | null;
  /** The name of the store, or else its domain; null if unknown. */
  store: string | null;
}

type EventFactsServices = Pick<OperationServices, 'ledger' | 'destinations' | 'configuration'>;

/** An event in a list. `deliveries` only counts what was sent, or will be: nothing internal, and nothing printed. */
export interface ListedEvent extends EventSummary, EventFacts {
  /** Deliveries that were only printed in the log, because nothing is connected. */
  printed: number;
}

/** Events whose facts are remembered. A body never changes, so that it is read once. */
const REMEMBERED = 5_000;

const UNKNOWN: EventFacts = { by: null, store: null };

/** Reads the facts of listed events one by one, so that a webhook that arrives meanwhile does not wait. */
export class EventFactsReader {
  readonly #ledger: Pick<Ledger, 'event' | 'deliveries'>;
  readonly #effectOf: (destination: string) => DeliveryEffect;
  readonly #remembered = new Map<string, EventFacts>();

  constructor({ ledger, destinations, configuration }: EventFactsServices) {
    this.#ledger = ledger;
    this.#effectOf = (name) => deliveryEffect(name, destinations, configuration);
  }

  async withFacts(events: readonly EventSummary[]): Promise<ListedEvent[]> {
    const listed: ListedEvent[] = [];
    for (const event of events) {
      const facts = await this.#factsOf(event);
      const counts = await this.#countsOf(event);
      listed.push({ ...event, ...facts, ...counts, by: event.triggeredBy ?? facts.by });
    }
    return listed;
  }

  async #countsOf({ key, deliveries }: EventSummary): Promise<Pick<ListedEvent, 'deliveries' | 'printed'>> {
    if (Object.keys(deliveries).length === 0) {
      return { deliveries, printed: 0 };
    }
    const sent: EventSummary['deliveries'] = {};
    let printed = 0;
    for (const { destination, state } of await this.#ledger.deliveries(key)) {
      const effect = this.#effectOf(destination);
      if (effect === 'prints' && state === 'done') {
        printed += 1;
      } else if (effect !== 'internal') {
        sent[state] = (sent[state] ?? 0) + 1;
      }
    }
    return { deliveries: sent, printed };
  }

  async #factsOf({ key, problem, origin }: EventSummary): Promise<EventFacts> {
    if (problem !== null || origin === 'report') {
      return UNKNOWN;
    }
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      return known;
    }
    const stored = await this.#ledger.event(key);
    const parsed = stored === null ? null : parseEvent(stored.body);
    const facts = parsed?.ok
      ? {
          by: triggeredBy(parsed.event),
          store: parsed.event.organization.name ?? parsed.event.organization.shopId ?? null,
        }
      : UNKNOWN;
    this.#remembered.set(key, facts);
    if (this.#remembered.size > REMEMBERED) {
      this.#remembered.delete(this.#remembered.keys().next().value as string);
    }
    await setImmediate();
    return facts;
  }
}
