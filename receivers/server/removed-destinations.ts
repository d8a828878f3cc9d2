import type { OpenDeliveries } from '../contract/connection.ts';
import type { ClaimedDelivery, ServedDestination, Settlement } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Outcome } from '../contract/outcome.ts';
import { isCompletion } from '../delivery/completion.ts';
import type { Generation } from './generation.ts';

/** A delivery that waits for its destination is offered again after this, if it is handed out at all; milliseconds. */
const WAIT_MS = 1_000;

/** How many deliveries of a removed destination are moved or given up at once. */
const AT_ONCE = 4;

/** What the queue serves for a generation: those that are held get nothing, so their deliveries wait. */
export function servedBy(generation: Generation): ServedDestination[] {
  const { configuration, destinations, unopened } = generation;
  const open = [...destinations.values()].map(({ name, concurrency }) => ({ name, concurrency }));
  const held = [...configuration.heldDestinations, ...unopened.keys()].map((name) => ({
    name,
    concurrency: 0,
  }));
  const removed = configuration.stored.removed.map(({ name, deliveries }) => ({
    name,
    concurrency: deliveries.choice === 'wait' ? 0 : AT_ONCE,
  }));
  const served = new Map<string, ServedDestination>();
  for (const each of [...removed, ...held, ...open]) {
    served.set(each.name, configuration.role === 'accept' ? { ...each, concurrency: 0 } : each);
  }
  return [...served.values()];
}

/** What happens to a delivery whose destination is not open; null if nobody decided anything about it. */
export async function withoutDestination(
  delivery: ClaimedDelivery,
  { configuration, unopened }: Generation,
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>,
): Promise<Settlement | null> {
  const { destination: name } = delivery;
  const removed = configuration.stored.removed.find((each) => each.name === name);
  const isHeld = configuration.heldDestinations.includes(name) || unopened.has(name);
  const decided: OpenDeliveries | undefined = isHeld ? { choice: 'wait' } : removed?.deliveries;
  if (decided === undefined) {
    return null;
  }
  const startedAt = Date.now();
  const outcome = await outcomeOf(delivery, decided, ledger);
  const times = { startedAt, finishedAt: Date.now(), outcome };
  const { uncertain } = delivery;
  switch (outcome.type) {
    case 'done':
      return { ...times, state: 'done' };
    case 'dead':
      return { ...times, state: 'dead', reason: outcome.reason, uncertain };
    case 'retry':
      return { ...times, state: 'ready', dueAt: startedAt + WAIT_MS, attemptCounts: false, uncertain };
  }
}

async function outcomeOf(
  delivery: ClaimedDelivery,
  decided: OpenDeliveries,
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>,
): Promise<Outcome> {
  const { eventKey, destination } = delivery;
  if (decided.choice === 'wait') {
    const reason = `The destination ${destination} cannot be used now. The delivery waits for it.`;
    return { type: 'retry', reason, ownFault: true };
  }
  if (decided.choice === 'dead') {
    const reason = `The destination ${destination} was removed in the console. Send the event to another one, or dismiss this.`;
    return { type: 'dead', reason };
  }
  if (isCompletion(delivery)) {
    return { type: 'done', note: `Not moved: it only updates what was sent to ${destination}.` };
  }
  return moved(eventKey, decided.to, ledger);
}

/** If it is interrupted, the next attempt finds what this one made. */
async function moved(
  eventKey: string,
  to: string,
  ledger: Pick<Ledger, 'deliveries' | 'sendAgain'>,
): Promise<Outcome> {
  try {
    const known = (await ledger.deliveries(eventKey)).some(({ destination }) => destination === to);
    if (!known) {
      const delivery = { destination: to, route: 'moved', dueAt: Date.now(), quietMs: null };
      await ledger.sendAgain(eventKey, delivery);
    }
    const note = known ? `Not sent: ${to} has this event already.` : `Moved to ${to}.`;
    return { type: 'done', note };
  } catch (error) {
    return { type: 'retry', reason: (error as Error).message, ownFault: true };
  }
}
