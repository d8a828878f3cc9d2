import type { Ledger } from '../contract/ledger.ts';
import type { DeliveryRecord } from '../contract/ledger-reader.ts';

/** What a replay of an event does at one destination. */
export interface ReplayStep {
  destination: string;
  /**
   * - revive: its dead letter is tried again, under the same key, so that what had arrived can be recognised
   * - send: it is sent once more, as something new
   * - nothing: it is on its way already
   */
  does: 'revive' | 'send' | 'nothing';
  /** The same in a sentence. */
  words: string;
  /** The dead letter. */
  deliveryId: number | null;
}

/** The route that a delivery names which a person asked for. */
export const REPLAY_ROUTE = 'replay';

/**
 * What a replay to this destination does, from the event's deliveries in any order. Pure.
 *
 * @param repeated what it does where an earlier attempt arrived after all, in a sentence; null where nobody would see it
 */
export function replayStep(
  destination: string,
  deliveries: readonly DeliveryRecord[],
  repeated: string | null,
): ReplayStep {
  const own = deliveries.filter((delivery) => delivery.destination === destination);
  const last = own.sort((one, other) => one.id - other.id).at(-1);
  if (last === undefined) {
    const words = 'It was never sent there. It is sent now.';
    return { destination, does: 'send', words, deliveryId: null };
  }
  switch (last.state) {
    case 'waiting':
    case 'ready':
    case 'running':
      return {
        destination,
        does: 'nothing',
        words: 'It is on its way there already. Nothing is done.',
        deliveryId: last.id,
      };
    case 'dead':
      return {
        destination,
        does: 'revive',
        words: `Its dead letter is tried again.${repeated === null ? '' : ` ${repeated}`}`,
        deliveryId: last.id,
      };
    default:
      return {
        destination,
        does: 'send',
        words: `${LAST_WORDS[last.state]} It is sent once more, and people there see it again.`,
        deliveryId: last.id,
      };
  }
}

const LAST_WORDS = {
  done: 'It was delivered there.',
  merged: 'It was told there together with a later update.',
  dismissed: 'Its dead letter was set aside.',
} as const;

/** Carries out the steps. */
export async function carryOut(
  ledger: Pick<Ledger, 'reviveDeadLetters' | 'sendAgain'>,
  eventKey: string,
  steps: readonly ReplayStep[],
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
