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

/**
 * Where a redirect leads, for people: scheme, host and path. The query is left out, and so is each part of the path
 * that may be a secret: a long one that the request's own path holds, or a very long one. Null if the response is not
 * a redirect.
 */
export function redirectTarget(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  url: URL,
): string | null {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status)) {
    return null;
  }
  if (location === undefined || !URL.canParse(location, url)) {
    return 'an address that it does not name';
  }
  const { protocol, host, pathname } = new URL(location, url);
  const own = new Set(url.pathname.split('/'));
  const isSecret = (part: string): boolean => part.length > 40 || (part.length >= 12 && own.has(part));
  const path = pathname
    .split('/')
    .map((part) => (isSecret(part) ? '…' : part))
    .join('/');
  return cut(cleaned(`${protocol}//${host}${path}`), 200);
}
