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
 * begun yet is not made twice.
 *
 * @param destinations the names of those that can update what they sent
 * @param now milliseconds since 1970
 */
export async function completeDeliveries(
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>,
  eventKey: string,
  destinations: ReadonlySet<string>,
  now: number,
): Promise<void> {
  const made = await ledger.deliveries(eventKey);
  const sent = made.filter((each) => !isCompletion(each) && mayHaveSent(each));
  for (const destination of new Set(sent.map((each) => each.destination))) {
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
}
