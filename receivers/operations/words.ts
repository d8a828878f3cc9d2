import { isAction } from '../../shared/events.ts';
import { ACTION_TITLES, ACTION_VERBS, durationWords } from '../../shared/words.ts';
import type { DeliveryState } from '../contract/delivery.ts';
import type { Origin } from '../contract/event.ts';

// The words that the console and the command line have in common.

/** How long ago, from milliseconds: “just now”, “5 min ago”, “3 d 2 h ago”. */
export function agoWords(ms: number): string {
  return ms < 60_000 ? 'just now' : `${durationWords(ms)} ago`;
}

/** How soon, from milliseconds: “in less than a minute”, “in 5 min”. */
export function waitWords(ms: number): string {
  return `in ${durationWords(ms)}`;
}

/** A number and its noun: “1 event”, “1,204 events”. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** What an event is called in a list, without its experience. */
export function eventTitle(event: { action: string | null; origin: Origin }): string {
  if (isAction(event.action)) {
    return ACTION_TITLES[event.action];
  }
  return event.origin === 'report' ? 'Report' : 'Unrecognized';
}

/** What happened, to follow an experience's name. */
export function eventVerb(action: string | null): string {
  return isAction(action) ? ACTION_VERBS[action] : 'sent an unrecognized event';
}

/** A delivery's state in a word or two, and the mark that goes with it. */
export const STATE_WORDS: Readonly<Record<DeliveryState, { mark: string; words: string }>> = {
  done: { mark: '✓', words: 'delivered' },
  dead: { mark: '✕', words: 'dead letter' },
  running: { mark: '→', words: 'in progress' },
  ready: { mark: '…', words: 'waiting' },
  waiting: { mark: '…', words: 'waiting for an earlier one' },
  merged: { mark: '↷', words: 'sent with a later update' },
  dismissed: { mark: '–', words: 'dismissed' },
};

/** The origin of an event in a word; empty for a webhook. */
export const ORIGIN_WORDS: Readonly<Record<Origin, string>> = {
  webhook: '',
  recovered: 'recovered',
  test: 'test',
  report: 'report',
};
