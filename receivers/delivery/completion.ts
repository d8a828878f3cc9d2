import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';

/** The route of deliveries that bring up to date what was sent; no route of the settings has brackets around it. */
const COMPLETION_ROUTE = '(completion)';

/** Whether a delivery sends nothing new, but completes what an earlier one sent. */
export function isCompletion({ route }: { route?: string }): boolean {
  return route === COMPLETION_ROUTE;
}

/** Whether a delivery has left something behind, or may have, that does not tell what is known by now. */
function mayHaveSent({ state, attempts }: Pick<DeliveryRecord, 'state' | 'attempts'>): boolean {
  return state === 'done' || state === 'running' || (state === 'ready' && attempts > 0);
}

/**
 * Has every destination that was told of an event bring up to date what it showed: as further deliveries,
 * so that a restart loses none. One that has not begun yet is not doubled.
 *
 * @param destinations the names of those that can complete what they sent
 * @param now milliseconds since 1970
 */
export async function completeDeliveries(
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>,
  eventKey: string,
  destinations: ReadonlySet<string>,
  now: number,
): Promise<void> {
  const made = await ledger.deliveries(eventKey);
  const told = made.filter((each) => !isCompletion(each) && mayHaveSent(each));
  for (const destination of new Set(told.map((each) => each.destination))) {
    const isUnderWay = made.some(
      (each) =>
        each.destination === destination &&
        each.route === COMPLETION_ROUTE &&
        (each.state === 'ready' || each.state === 'waiting'),
    );
    if (destinations.has(destination) && !isUnderWay) {
      const delivery = { destination, route: COMPLETION_ROUTE, dueAt: now, quietMs: null };
      await ledger.sendAgain(eventKey, delivery);
    }
  }
}
