import { parseEvent } from '../../shared/events.ts';
import type { ClaimedDelivery } from '../contract/delivery.ts';
import type { StoredEvent } from '../contract/event.ts';
import { sameActionMs } from '../experience/pairing.ts';

/** What of an event is needed to recognise the action that it tells; without a body less is known of it. */
type Teller = Pick<StoredEvent, 'action' | 'sequence' | 'origin' | 'occurredAt' | 'receivedAt'> & {
  body?: Uint8Array;
};

/**
 * The event that told the same action before this one: a webhook that comes after its action was recovered
 * from Intelligems, or while it is, carries a slightly different time and so another key. Null where this
 * event is the first to tell it, and where a person has it sent anew.
 *
 * @param history the known events of the experience
 */
export function toldAlready(
  { event, replay }: Pick<ClaimedDelivery, 'event' | 'replay'>,
  history: readonly StoredEvent[],
): StoredEvent | null {
  return replay > 0 ? null : firstTeller(event, history);
}

/** Which origin the other event has where two tell the same action: two webhooks are two actions. */
const TOLD_BY: Readonly<Record<string, string>> = { webhook: 'recovered', recovered: 'webhook' };

/**
 * Of a webhook and a recovered event that tell the same action, the one that was accepted first, for the one
 * that was accepted later; null for none, and for every other kind of event. Two moments of the same action
 * are the same one where they lie close to each other and nothing else happened between them: an experience is
 * not started twice without a pause.
 */
export function firstTeller<Event extends Teller>(event: Event, history: readonly Event[]): Event | null {
  const tellers = TOLD_BY[event.origin];
  if (tellers === undefined || event.action === null) {
    return null;
  }
  const at = timeOf(event);
  const distance = (other: Event): number => Math.abs(timeOf(other) - at);
  const candidates = history
    .filter(({ origin, action }) => origin === tellers && action === event.action)
    .filter((other) => other.sequence < event.sequence && distance(other) <= sameActionMs(event.action))
    .sort((one, other) => distance(one) - distance(other));
  if (candidates.length === 0) {
    return null;
  }
  const others = otherActions(event, history);
  return candidates.find((other) => !others.some((time) => isBetween(time, timeOf(other), at))) ?? null;
}

/** When an event happened, else when it came: milliseconds since 1970. */
export function timeOf({ occurredAt, receivedAt }: Pick<StoredEvent, 'occurredAt' | 'receivedAt'>): number {
  return occurredAt ?? receivedAt;
}

/** What the vendor's record calls the actions that change whether an experience is live. */
const LIFE: Readonly<Record<string, string>> = {
  startExperience: 'start',
  pauseExperience: 'pause',
  endExperience: 'end',
  deleteExperience: 'delete',
};

/** When the experience was started, paused and so on otherwise than by this action: milliseconds since 1970. */
function otherActions({ action, body }: Teller, history: readonly Teller[]): number[] {
  const told = history.filter((each) => each.action !== action && LIFE[each.action ?? ''] !== undefined);
  const parsed = body === undefined ? null : parseEvent(body);
  const recorded = parsed?.ok ? parsed.event.experience.experienceActions : [];
  return [
    ...told.map(timeOf),
    ...recorded
      .filter((entry) => entry.action !== LIFE[action ?? ''])
      .flatMap(({ actionTs }) => actionTs ?? []),
  ];
}

function isBetween(time: number, one: number, other: number): boolean {
  return time > Math.min(one, other) && time < Math.max(one, other);
}
