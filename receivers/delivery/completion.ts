import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';

/** The route of deliveries that update what was sent. Routes of the settings have no parentheses. */
const COMPLETION_ROUTE = '(completion)';

/** Whether a delivery sends nothing new, but updates what an earlier one sent. */
export function isCompletion({ route }: { route?: string }): boolean {
  return route === COMPLETION_ROUTE;
}

/** Whether a delivery has sent something, or may have, that lacks what is known now. */
function mayHaveSent({ state, attempts }: Pick<DeliveryRecord, 'state' | 'attempts'>): boolean {
  return state === 'done' || state === 'running' || (state === 'ready' && attempts > 0);
}

/**
 * Makes a delivery for every destination that got an event, which updates what it shows. An update that has not
 * begun yet is not made twice. Gives the names of the destinations that got it.
 *
 * @param destinations the names of those that can update what they sent
 * @param now milliseconds since 1970
 */
export async function completeDeliveries(
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>,
  eventKey: string,
  destinations: ReadonlySet<string>,
  now: number,
): Promise<Set<string>> {
  const made = await ledger.deliveries(eventKey);
  const sent = made.filter((each) => !isCompletion(each) && mayHaveSent(each));
  const informed = new Set(sent.map((each) => each.destination));
  for (const destination of informed) {
    const isPlanned = made.some(
      (each) =>
        each.destination === destination &&
        each.route === COMPLETION_ROUTE &&
        (each.state === 'ready' || each.state === 'waiting'),
    );
    if (destinations.has(destination) && !isPlanned) {
      const delivery = { destination, route: COMPLETION_ROUTE, dueAt: now, quietMs: null };
      await ledger.sendAgain(eventKey, delivery);
    }
  }
  return informed;
}

/** The most events of an experience that are looked through for one that a destination got. */
const MOST_EVENTS = 50;

/**
 * Updates what each destination shows of an experience: its card or its row. That is done with the newest event that it
 * got.
 *
 * @param destinations the names of those that can update what they sent
 * @param now milliseconds since 1970
 */
export async function refreshExperience(
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain' | 'events'>,
  { source, experienceId }: { source: string; experienceId: string },
  destinations: ReadonlySet<string>,
  now: number,
): Promise<void> {
  let left = destinations;
  for (const { key, origin } of await ledger.events({ source, experienceId, limit: MOST_EVENTS })) {
    if (left.size === 0) {
      return;
    }
    if (origin !== 'report') {
      const informed = await completeDeliveries(ledger, key, left, now);
      left = new Set([...left].filter((name) => !informed.has(name)));
    }
  }
}
