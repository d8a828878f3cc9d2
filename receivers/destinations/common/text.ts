import { cut } from '../../../shared/words.ts';

/** Characters that change the direction of the text around them, and so can make it read differently. */
const DIRECTION_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Text that people wrote, as one line: without control characters, line breaks and direction controls, at most
 * `limit` characters.
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

/** The same for use within a sentence: a name written from right to left does not change the order of the other words. */
export function inline(words: string, limit: number): string {
  const cleaned = oneLine(words, limit);
  return RIGHT_TO_LEFT.test(cleaned) ? `\u2068${cleaned}\u2069` : cleaned;
}

/** “2026-09-02 09:30 UTC”, from milliseconds since 1970. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
