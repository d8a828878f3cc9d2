import { isAction } from '../../../shared/events.ts';
import { ACTION_TITLES, ACTION_VERBS, durationWords } from '../../../shared/words.ts';
import type { DeliveryState } from '../../contract/delivery.ts';
import type { Origin } from '../../contract/event.ts';

/** How long ago, from milliseconds: “just now”, “5 min ago”, “3 d 2 h ago”. */
export function agoWords(ms: number): string {
  return ms < 60_000 ? 'just now' : `${durationWords(ms)} ago`;
}

/** How soon, from milliseconds: “in under a minute”, “in 5 min”. */
export function waitWords(ms: number): string {
  return `in ${durationWords(ms)}`;
}

/** A number and its noun: “1 event”, “1,204 events”. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** What an event is called in a list, without its experience. */
export function eventTitle(event: { action: string | null; origin: Origin }): string {
  if (isAction(event.action)) {
    return ACTION_TITLES[event.action];
  }
  return event.origin === 'report' ? 'Report' : 'Unrecognised';
}

/** What happened, to follow an experience's name. */
export function eventVerb(action: string | null): string {
  return isAction(action) ? ACTION_VERBS[action] : 'sent something unknown';
}

/** A delivery's state in a word or two, and the mark that goes with it. */
export const STATE_WORDS: Readonly<Record<DeliveryState, { mark: string; words: string }>> = {
  done: { mark: '✓', words: 'delivered' },
  dead: { mark: '✕', words: 'dead letter' },
  running: { mark: '→', words: 'on its way' },
  ready: { mark: '…', words: 'due' },
  waiting: { mark: '…', words: 'waits for the one before' },
  merged: { mark: '↷', words: 'told with a later one' },
  dismissed: { mark: '–', words: 'set aside' },
};

/** Where an event came from, in words; empty for the usual way. */
export const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  webhook: '',
  recovered: 'recovered',
  test: 'test',
  report: 'report',
};
