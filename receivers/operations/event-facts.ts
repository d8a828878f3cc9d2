import { setImmediate } from 'node:timers/promises';
import { parseEvent, triggeredBy } from '../../shared/events.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';

/** What people want to know of an event in a list, and what only its body says. */
export interface EventFacts {
  /** The email address of the person who caused it; null if unknown. */
  by: string | null;
  /** The name of the store, or else its domain; null if unknown. */
  store: string | null;
}

/** An event in a list. */
export type ListedEvent = EventSummary & EventFacts;

/** Events whose facts are remembered. A body never changes, so that it is read once. */
const REMEMBERED = 5_000;

const UNKNOWN: EventFacts = { by: null, store: null };

/** Reads the facts of listed events one by one, so that a webhook that arrives meanwhile does not wait. */
export class EventFactsReader {
  readonly #ledger: Pick<Ledger, 'event'>;
  readonly #remembered = new Map<string, EventFacts>();

  constructor(ledger: Pick<Ledger, 'event'>) {
    this.#ledger = ledger;
  }

  async withFacts(events: readonly EventSummary[]): Promise<ListedEvent[]> {
    const listed: ListedEvent[] = [];
    for (const event of events) {
      const facts = await this.#factsOf(event);
      listed.push({ ...event, ...facts, by: event.triggeredBy ?? facts.by });
    }
    return listed;
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
