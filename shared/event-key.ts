import { hash } from 'node:crypto';
import type { ExperienceEvent } from './events.ts';

/**
 * The key that identifies an event when it is sent again. Intelligems sends no event id, so the key is derived from
 * the source, organization, experience, action and time, which stay the same in every retry even if the bytes
 * differ. An event without a time gets the key of its body. The key begins with the event's time, so that keys sort
 * by time and a ledger's index grows at its end.
 *
 * @param source name of the source whose secret verified the request: what a body says about its organization is
 *   only a claim, and another source must not be able to use up an event's key. Empty if there is only one sender.
 * @returns `evt_` and 32 lower-case hex digits: 12 of the time in milliseconds, 20 of a SHA-256
 */
export function eventKey(source: string, event: ExperienceEvent, body: Uint8Array): string {
  if (event.timestamp === null) {
    return bodyKey(source, body);
  }
  const parts = [source, event.organization.id ?? '', event.experience.id, event.action, event.timestamp];
  return keyOf(event.timestamp, hash('sha256', JSON.stringify(parts), 'hex'));
}

/** The key of a body that is not a known event, or has no time: derived from the source and a SHA-256 of the bytes. */
export function bodyKey(source: string, body: Uint8Array): string {
  return keyOf(0, hash('sha256', `${source} ${hash('sha256', body, 'hex')}`, 'hex'));
}

function keyOf(time: number, digest: string): string {
  return `evt_${time.toString(16).padStart(12, '0')}${digest.slice(0, 20)}`;
}
