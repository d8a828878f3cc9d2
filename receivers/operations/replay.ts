import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';
import { describedByName, repeatWords } from './described-destinations.ts';
import { requireKnown } from './fault.ts';
import type { OperationServices } from './services.ts';

/** What a replay of an event does at one destination. */
export interface ReplayStep {
  destination: string;
  /** What people call the destination. */
  title: string;
  /**
   * - revive: its dead letter is tried again, under the same key, so that the destination can recognize a repeat
   * - send: it is sent once more, as something new
   * - nothing: it is already on its way
   */
  does: 'revive' | 'send' | 'nothing';
  /** The same in a sentence. */
  words: string;
  /** The dead letter, or the delivery that is on its way; null if there was none. */
  deliveryId: number | null;
}

/** The route of a delivery that a person asked for. */
const REPLAY_ROUTE = 'replay';

export function replayOperations({
  ledger,
  destinations: described,
  now,
}: Pick<OperationServices, 'ledger' | 'destinations' | 'now'>) {
  async function planReplay(key: string, destinations: readonly string[]): Promise<ReplayStep[] | null> {
    const addressable = described.filter(({ internal }) => !internal).map(({ name }) => name);
    for (const name of destinations) {
      requireKnown('destination', name, addressable);
    }
    if ((await ledger.event(key)) === null) {
      return null;
    }
    const deliveries = await ledger.deliveries(key);
    return [...new Set(destinations)].map((name) => {
      const description = describedByName(name, described);
      return { ...replayStep(name, deliveries, repeatWords(description)), title: description.title };
    });
  }

  return {
    planReplay,
    async replay(key: string, destinations: readonly string[]) {
      const steps = await planReplay(key, destinations);
      if (steps !== null) {
        await carryOut(ledger, key, steps, now());
      }
      return steps;
    },
  };
}

/**
 * What a replay to this destination does, from the event's deliveries in any order. Pure.
 *
 * @param repeated what it does if an earlier attempt arrived after all, as a sentence; null if nobody would see it
 */
export function replayStep(
  destination: string,
  deliveries: readonly DeliveryRecord[],
  repeated: string | null,
): Omit<ReplayStep, 'title'> {
  const own = deliveries.filter((delivery) => delivery.destination === destination);
  const last = own.sort((one, other) => one.id - other.id).at(-1);
  if (last === undefined) {
    const words = 'It was never sent there. It will be sent now.';
    return { destination, does: 'send', words, deliveryId: null };
  }
  const found = { destination, deliveryId: last.id };
  switch (last.state) {
    case 'waiting':
    case 'ready':
    case 'running':
      return { ...found, does: 'nothing', words: 'It is already on its way there. Nothing changes.' };
    case 'dead': {
      const words = `Its dead letter will be tried again.${repeated === null ? '' : ` ${repeated}`}`;
      return { ...found, does: 'revive', words };
    }
    default: {
      const words = `${LAST_WORDS[last.state]} It will be sent once more, and people there will see it again.`;
      return { ...found, does: 'send', words };
    }
  }
}

const LAST_WORDS = {
  done: 'It was delivered there.',
  merged: 'It was sent there together with a later update.',
  dismissed: 'Its dead letter was dismissed.',
} as const;

/** Does what the steps of a replay say, for one event. */
export async function carryOut(
  ledger: Pick<Ledger, 'reviveDeadLetters' | 'sendAgain'>,
  eventKey: string,
  steps: readonly Omit<ReplayStep, 'title'>[],
  now: number,
): Promise<void> {
  for (const { destination, does, deliveryId } of steps) {
    if (does === 'revive' && deliveryId !== null) {
      await ledger.reviveDeadLetters([deliveryId]);
    } else if (does === 'send') {
      await ledger.sendAgain(eventKey, { destination, route: REPLAY_ROUTE, dueAt: now, quietMs: null });
    }
  }
}
