import { nameWords } from '../../shared/words.ts';
import { visible } from '../base/visible-text.ts';
import type { DeliveryState } from '../contract/delivery.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';
import { count, eventTitle, STATE_WORDS } from '../operations/words.ts';

/** A text on one line, without characters that steer a terminal. */
export function oneLine(text: string): string {
  return visible(text).replaceAll(/\s+/g, ' ').trim();
}

/** A moment in a list: `2026-10-10 12:00:05` in UTC. */
export function timeWords(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** An event as a line of a list. */
export function eventLine(event: EventSummary & { printed?: number }): string {
  const name = nameWords({ name: event.experienceName ?? undefined, id: event.experienceId ?? 'none' });
  const what = event.problem === null ? `${eventTitle(event)}: ${name}` : `Unrecognized: ${event.problem}`;
  const states = Object.entries(event.deliveries) as [DeliveryState, number][];
  const printed = event.printed ? [`${event.printed} printed in the log`] : [];
  const outcome = [
    ...printed,
    ...states.map(([state, number]) => `${number} ${STATE_WORDS[state].words}`),
  ].join(', ');
  const tags = [event.origin === 'webhook' ? '' : event.origin, event.late ? 'late' : ''].filter(Boolean);
  const tag = tags.length === 0 ? '' : ` (${tags.join(', ')})`;
  return `${timeWords(event.receivedAt)}  ${event.key}  ${oneLine(what)}${tag}  [${outcome || 'no deliveries'}]`;
}

/** The last line of a list. */
export function listEnd(shown: number, limit: number): string {
  return shown < limit
    ? `${count(shown, 'event')}.`
    : `The newest ${count(shown, 'event')}. For more, use --limit.`;
}
