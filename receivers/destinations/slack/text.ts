import { cut } from '../../../shared/words.ts';
import type { Inline } from './blocks.ts';

/** Characters that turn the direction of the text around them, and so can make words read otherwise. */
const DIRECTION_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Words that people chose, as one line: no control characters, no line breaks, no direction controls, at
 * most `limit` characters.
 */
export function oneLine(words: string, limit: number): string {
  const cleaned = words
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(DIRECTION_CONTROLS, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return cut(cleaned, limit);
}

/** The same, to stand amid other words: a name written from right to left does not turn them around. */
export function inline(words: string, limit: number): string {
  const cleaned = oneLine(words, limit);
  return RIGHT_TO_LEFT.test(cleaned) ? `\u2068${cleaned}\u2069` : cleaned;
}

/**
 * Makes words safe in a field where Slack reads markup: no mention, no link.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escapeMarkup(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** How Slack writes a moment, each reader in their own time zone. */
const DATE_FORMAT = '{date_short_pretty} at {time}';

/** A moment (milliseconds since 1970) in rich text. */
export function date(ms: number): Inline {
  return { type: 'date', timestamp: Math.floor(ms / 1000), format: DATE_FORMAT, fallback: utc(ms) };
}

/** A moment (milliseconds since 1970) in a field with markup; `ago` adds how long ago it was, kept up to date by Slack. */
export function dateMarkup(ms: number, { ago = false }: { ago?: boolean } = {}): string {
  const format = ago ? `${DATE_FORMAT} ({ago})` : DATE_FORMAT;
  return `<!date^${Math.floor(ms / 1000)}^${format}|${utc(ms)}>`;
}

/** “2026-09-02 09:30 UTC”, from milliseconds since 1970. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
