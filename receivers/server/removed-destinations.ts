import type { OpenDeliveries } from '../contract/connection.ts';
import type { ClaimedDelivery, ServedDestination, Settlement } from '../contract/delivery.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';
import type { Outcome } from '../contract/outcome.ts';
import { isCompletion } from '../delivery/completion.ts';
import { PREVIEW_KIND } from '../destinations/preview/definition.ts';
import type { Generation } from './generation.ts';

/** A delivery that waits for its destination is offered again after this, if it is handed out at all; milliseconds. */
const WAIT_MS = 1_000;

/** How many deliveries of a removed destination are moved or given up at once. */
const AT_ONCE = 4;

/** What a move needs of the ledger. */
type MovingLedger = Pick<Ledger, 'deliveries' | 'attempts' | 'sendAgain'>;

/** How the note of a delivery begins that ended without an attempt to send it, because its destination was removed. */
const MOVED = 'Moved to ';
const NOT_MOVED = 'Not moved: ';

/** The preview only stands in until a destination is connected. Nothing is missing if it does not print an event. */
const PREVIEW_ENDED: Outcome = { type: 'done', note: 'Not printed: a destination was connected before.' };

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
  const preview = { name: PREVIEW_KIND, concurrency: AT_ONCE };
  const served = new Map<string, ServedDestination>();
  for (const each of [preview, ...removed, ...held, ...open]) {
    served.set(each.name, configuration.role === 'accept' ? { ...each, concurrency: 0 } : each);
  }
  return [...served.values()];
}

/** What happens to a delivery whose destination is not open; null if nobody decided anything about it. */
export async function withoutDestination(
  delivery: ClaimedDelivery,
  { configuration, unopened }: Generation,
  ledger: MovingLedger,
): Promise<Settlement | null> {
  const { destination: name } = delivery;
  const removed = configuration.stored.removed.find((each) => each.name === name);
  const isHeld = configuration.heldDestinations.includes(name) || unopened.has(name);
  const decided: OpenDeliveries | undefined = isHeld ? { choice: 'wait' } : removed?.deliveries;
  if (decided === undefined && name !== PREVIEW_KIND) {
    return null;
  }
  const startedAt = Date.now();
  const outcome = decided === undefined ? PREVIEW_ENDED : await outcomeOf(delivery, decided, ledger);
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
  ledger: MovingLedger,
): Promise<Outcome> {
  const { eventKey, destination } = delivery;
  if (decided.choice === 'wait') {
    const reason = `The destination ${destination} cannot be used now. The delivery waits for it.`;
    return { type: 'retry', reason, ownFault: true };
  }
  if (isCompletion(delivery)) {
    return { type: 'done', note: `${NOT_MOVED}it only updates what was sent to ${destination}.` };
  }
  if (decided.choice === 'dead') {
    const reason = `The destination ${destination} was removed in the console. Send the event to another one, or dismiss this.`;
    return { type: 'dead', reason };
  }
  return moved(eventKey, decided.to, ledger);
}

/** If it is interrupted, the next attempt finds what this one made. */
async function moved(eventKey: string, to: string, ledger: MovingLedger): Promise<Outcome> {
  try {
    const known = await isThere(eventKey, to, ledger);
    if (!known) {
      const delivery = { destination: to, route: 'moved', dueAt: Date.now(), quietMs: null };
      await ledger.sendAgain(eventKey, delivery);
    }
    return { type: 'done', note: known ? `${NOT_MOVED}${to} has this event already.` : `${MOVED}${to}.` };
  } catch (error) {
    return { type: 'retry', reason: (error as Error).message, ownFault: true };
  }
}

/** Whether a destination has an event. What was moved away from it, when it was removed before, may come back. */
async function isThere(eventKey: string, destination: string, ledger: MovingLedger): Promise<boolean> {
  const made = (await ledger.deliveries(eventKey)).filter((each) => each.destination === destination);
  const gone = await Promise.all(made.map((each) => wasMoved(each, ledger)));
  return gone.includes(false);
}

async function wasMoved({ id, state }: DeliveryRecord, ledger: MovingLedger): Promise<boolean> {
  const note = state === 'done' ? (await ledger.attempts(id)).at(-1)?.note : null;
  return [MOVED, NOT_MOVED].some((beginning) => note?.startsWith(beginning));
}
