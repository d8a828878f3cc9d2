import { hash } from 'node:crypto';
import type { ExperienceEvent } from './events.ts';

/**
 * The key by which an event is recognised when it comes again. Intelligems sends no event id, so the key
 * is derived: from organization, experience, action and time, which stay the same in every retry even if
 * its bytes differ; where the event carries no time, from the SHA-256 of the raw body. It begins with the
 * event's time, so that keys sort by it and a ledger's index of them grows at its end.
 *
 * @returns `evt_` and 32 lower-case hex digits: 12 of the time in milliseconds, 20 of a SHA-256
 */
export function eventKey(event: ExperienceEvent, body: Uint8Array): string {
  if (event.timestamp === null) {
    return bodyKey(body);
  }
  const parts = [event.organization.id ?? '', event.experience.id, event.action, event.timestamp];
  return keyOf(event.timestamp, JSON.stringify(parts));
}

/** The key of a body that is no known event, or has no time: from its bytes alone. */
export function bodyKey(body: Uint8Array): string {
  return keyOf(0, body);
}

function keyOf(time: number, data: Uint8Array | string): string {
  const digest = hash('sha256', data, 'hex');
  return `evt_${time.toString(16).padStart(12, '0')}${digest.slice(0, 20)}`;
}
