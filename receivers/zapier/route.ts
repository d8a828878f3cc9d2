import type { ExperienceEvent } from '../../shared/events.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';

/** What made a delivery to a Zap. */
export interface ZapRoute {
  /** The key of the message. */
  key: string;
  /** The slot of the subscription. */
  slot: string;
  /** When the settings that an update is compared with were sent, milliseconds since 1970; null for the event before. */
  since: number | null;
}

const ROUTE = /^(\S+) (?:since (\d+) )?for the Zap (\w+)$/;

/**
 * The route of a delivery to a Zap. It names what a burst of updates is compared with, since the delivery itself is
 * of the burst's last event only.
 */
export function routeOf(message: Message, slot: string): string {
  const before = message.kind === 'experience' ? beforeBurst(message) : null;
  return `${message.key} ${before === null ? '' : `since ${before} `}for the Zap ${slot}`;
}

/** What a delivery's route names; null if it is not for a Zap. */
export function readRoute(route: string): ZapRoute | null {
  const [, key, since, slot] = ROUTE.exec(route) ?? [];
  return key === undefined || slot === undefined
    ? null
    : { key, slot, since: since === undefined ? null : Number(since) };
}

/** When the event before a burst happened; null if it is the last event before this one. */
function beforeBurst({ event, previous, history }: ExperienceMessage): number | null {
  const index = history.findIndex(({ experience }) => experience === previous);
  const isBurst = event.action === 'updateExperience' && index !== -1 && history[index + 1] !== event;
  return isBurst ? timeOf(history[index]) : null;
}

/** The event that happened at a time, if it is in the history. */
export function eventAt(history: readonly ExperienceEvent[], time: number): ExperienceEvent | null {
  return history.find((event) => timeOf(event) === time) ?? null;
}

function timeOf(event: ExperienceEvent | undefined): number | null {
  return event?.timestamp ?? event?.receivedAt ?? null;
}
