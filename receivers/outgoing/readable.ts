import { redirectTarget as targetOf } from '../../shared/redirect-target.ts';
import { cut } from '../../shared/words.ts';
import type { Answer } from './exchange.ts';

/** How much of a response is kept for people, in characters. */
const READABLE_LIMIT = 1024;

/**
 * A response's body as people can read it: without control characters and characters that change the direction of
 * text, an HTML page reduced to its words, at most 1,024 characters.
 */
export function readableBody({ text, headers }: Pick<Answer, 'text' | 'headers'>): string {
  const isPage =
    /\bhtml\b/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype html|html)\b/i.test(text);
  return cut(cleaned(isPage ? pageWords(text) : text), READABLE_LIMIT);
}

function cleaned(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\n\t]+/gu, ' ')
    .replace(/[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]+/g, '')
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  '#39': "'",
};

/** The words of an HTML page, in one line. */
function pageWords(page: string): string {
  return page
    .replace(/<!--[\s\S]*?(?:-->|$)|<(script|style|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ')
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
    .replace(/\s+/g, ' ');
}

/** Where an answer redirects to, for people; null if it does not. See shared/redirect-target.ts. */
export function redirectTarget(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  url: URL,
): string | null {
  return targetOf(status, headers.location ?? null, url);
}
