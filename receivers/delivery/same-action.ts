import { parseEvent } from '../../shared/events.ts';
import type { ClaimedDelivery } from '../contract/delivery.ts';
import type { StoredEvent } from '../contract/event.ts';
import { sameActionMs } from '../experience/pairing.ts';

/** What identifies the action that an event reports; without a body, less is known. */
type Reporter = Pick<StoredEvent, 'action' | 'sequence' | 'origin' | 'occurredAt' | 'receivedAt'> & {
  body?: Uint8Array;
};

/**
 * The earlier event that reported the same action: if a webhook arrives after its action was recovered from
 * Intelligems, its time, and so its key, differ slightly. Null if this event is the first, or if it is a replay.
 *
 * @param history the known events of the experience
 */
export function reportedBefore(
  { event, replay }: Pick<ClaimedDelivery, 'event' | 'replay'>,
  history: readonly StoredEvent[],
): StoredEvent | null {
  return replay > 0 ? null : firstOfSameAction(event, history);
}

/** The origin of the other event if two report the same action: two webhooks are two actions. */
const OTHER_ORIGIN: Readonly<Record<string, string>> = { webhook: 'recovered', recovered: 'webhook' };

/**
 * For a webhook and a recovered event that report the same action: gives the one that was accepted first for the one
 * that was accepted later. Null for all others. Two events report the same action if their times are close and nothing
 * else happened in between: an experience does not start twice without a pause.
 */
export function firstOfSameAction<Event extends Reporter>(
  event: Event,
  history: readonly Event[],
): Event | null {
  const origin = OTHER_ORIGIN[event.origin];
  if (origin === undefined || event.action === null) {
    return null;
  }
  const at = timeOf(event);
  const distance = (other: Event): number => Math.abs(timeOf(other) - at);
  const candidates = history
    .filter((other) => other.origin === origin && other.action === event.action)
    .filter((other) => other.sequence < event.sequence && distance(other) <= sameActionMs(event.action))
    .sort((one, other) => distance(one) - distance(other));
  if (candidates.length === 0) {
    return null;
  }
  const others = otherActions(event, history);
  return candidates.find((other) => !others.some((time) => isBetween(time, timeOf(other), at))) ?? null;
}

/** When an event happened or, if unknown, when it was received; milliseconds since 1970. */
export function timeOf({ occurredAt, receivedAt }: Pick<StoredEvent, 'occurredAt' | 'receivedAt'>): number {
  return occurredAt ?? receivedAt;
}

/** The API's names of the actions that change whether an experience is live. */
const LIFE: Readonly<Record<string, string>> = {
  startExperience: 'start',
  pauseExperience: 'pause',
  endExperience: 'end',
  deleteExperience: 'delete',
};

/** When the experience was started, paused, ended or deleted by other actions; milliseconds since 1970. */
function otherActions({ action, body }: Reporter, history: readonly Reporter[]): number[] {
  const reported = history.filter((each) => each.action !== action && LIFE[each.action ?? ''] !== undefined);
  const parsed = body === undefined ? null : parseEvent(body);
  const recorded = parsed?.ok ? parsed.event.experience.experienceActions : [];
  return [
    ...reported.map(timeOf),
    ...recorded
      .filter((entry) => entry.action !== LIFE[action ?? ''])
      .flatMap(({ actionTs }) => actionTs ?? []),
  ];
}

function isBetween(time: number, one: number, other: number): boolean {
  return time > Math.min(one, other) && time < Math.max(one, other);
}
