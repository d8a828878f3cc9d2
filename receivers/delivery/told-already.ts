import { pairNearest, sameActionMs } from '../experience/pairing.ts';
import type { ClaimedDelivery, StoredEvent } from '../ledger/contract.ts';

/**
 * The event that told the same action before this one: a webhook that comes after its action was recovered
 * from Intelligems carries a slightly different time and so another key. Null where this event is the first
 * to tell it, and where a person has it sent anew.
 *
 * @param history the known events of the experience
 */
export function toldAlready(
  { event, replay }: Pick<ClaimedDelivery, 'event' | 'replay'>,
  history: readonly StoredEvent[],
): StoredEvent | null {
  return replay > 0 ? null : firstTeller(event, history);
}

/** What of an event is needed to recognise the action that it tells. */
type Teller = Pick<StoredEvent, 'key' | 'action' | 'sequence' | 'origin' | 'occurredAt' | 'receivedAt'>;

/** The event that was accepted before this one and tells the same action; null for none. */
export function firstTeller<Event extends Teller>(event: Event, history: readonly Event[]): Event | null {
  const known = history.filter(
    ({ action, sequence }) => action === event.action && sequence <= event.sequence,
  );
  const of = (origin: string) =>
    known.filter((each) => each.origin === origin).map((item) => ({ item, at: timeOf(item) }));
  const pairs = pairNearest(of('webhook'), of('recovered'), sameActionMs(event.action));
  for (const [webhook, recovered] of pairs) {
    const [first, second] =
      webhook.sequence < recovered.sequence ? [webhook, recovered] : [recovered, webhook];
    if (second.key === event.key) {
      return first;
    }
  }
  return null;
}

/** When an event happened, else when it came: milliseconds since 1970. */
export function timeOf({ occurredAt, receivedAt }: Pick<StoredEvent, 'occurredAt' | 'receivedAt'>): number {
  return occurredAt ?? receivedAt;
}
