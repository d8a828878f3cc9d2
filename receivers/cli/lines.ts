import { nameWords } from '../../shared/words.ts';
import { visible } from '../base/visible-text.ts';
import type { DeliveryState } from '../contract/delivery.ts';
import type { EventSummary } from '../contract/ledger-reader.ts';
import { count, eventTitle, STATE_WORDS } from '../operations/words.ts';

/** A text on one line of a terminal, with nothing in it that would steer the terminal. */
export function oneLine(text: string): string {
  return visible(text).replaceAll(/\s+/g, ' ').trim();
}

/** A moment as it stands in lists: `2026-10-10 12:00:05` in UTC. */
export function timeWords(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** An event as a line of a list. */
export function eventLine(event: EventSummary): string {
  const name = nameWords({ name: event.experienceName ?? undefined, id: event.experienceId ?? 'none' });
  const what = event.problem === null ? `${eventTitle(event)}: ${name}` : `Unrecognised: ${event.problem}`;
  const states = Object.entries(event.deliveries) as [DeliveryState, number][];
  const outcome = states.map(([state, number]) => `${number} ${STATE_WORDS[state].words}`).join(', ');
  const tags = [event.origin === 'webhook' ? '' : event.origin, event.late ? 'late' : ''].filter(Boolean);
  const tag = tags.length === 0 ? '' : ` (${tags.join(', ')})`;
  return `${timeWords(event.receivedAt)}  ${event.key}  ${oneLine(what)}${tag}  [${outcome || 'goes nowhere'}]`;
}

/** Says of a file that was to be written why it is not. */
export function unwritable(path: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(
    `${path} cannot be written (${code ?? message}). Give --out a file in a folder that there is and that you may write.`,
  );
}

/** Why a request of `fetch` got no answer, in a word or two: the system's code of its cause, or its cause's words. */
export function noAnswerReason(error: unknown): string {
  const { code, cause, name } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const reason = cause?.code ?? code ?? cause?.message ?? name ?? 'unknown';
  return reason === 'TimeoutError' ? 'not in time' : reason;
}

/** How many there were, as the end of a list. */
export function listEnd(shown: number, limit: number): string {
  return shown < limit
    ? `${count(shown, 'event')}.`
    : `The newest ${count(shown, 'event')}; --limit gives more.`;
}
