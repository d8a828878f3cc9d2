import { createHash } from 'node:crypto';
import type { ExperienceEvent } from './events.ts';

/**
 * The key by which an event is recognised when it comes again. Intelligems sends no event id, so the key
 * is derived: from organization, experience, action and time, which stay the same in every retry even if
 * its bytes differ; where the event carries no time, from the SHA-256 of the raw body.
 *
 * @returns `evt_` and 32 lower-case hex digits
 */
export function eventKey(event: ExperienceEvent, body: Uint8Array): string {
  if (event.timestamp === null) {
    return bodyKey(body);
  }
  const parts = [event.organization.id ?? '', event.experience.id, event.action, event.timestamp];
  return keyOf(JSON.stringify(parts));
}

/** The key of a body that is no known event: from its bytes alone. The same form as {@link eventKey}. */
export function bodyKey(body: Uint8Array): string {
  return keyOf(body);
}

function keyOf(data: Uint8Array | string): string {
  return `evt_${createHash('sha256').update(data).digest('hex').slice(0, 32)}`;
}
