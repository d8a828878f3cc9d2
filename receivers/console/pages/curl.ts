import { visible } from '../../base/visible-text.ts';
import { bodyBytes, type EventRecord } from '../../operations/records.ts';

/** Headers that curl sets by itself, or that only describe how the request came here. */
const OMITTED =
  /^(host|content-length|connection|accept|accept-encoding|user-agent|transfer-encoding|expect|via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|sec-.*)$/;

/**
 * Longest body, in bytes, that is pasted as an argument. Linux refuses an argument of 128 KiB (execve(2),
 * MAX_ARG_STRLEN), and the whole line is one where it is given to `sh -c`.
 */
const INLINE_BYTES = 32 * 1_024;

/** Characters in a line of base64, so that no terminal cuts a line. */
const LINE = 76;

/**
 * A shell command that sends an event's exact bytes to a URL again, with the headers that were kept. It works in any
 * POSIX shell. A body that is long, or that holds characters that a terminal would act on, goes as base64.
 */
export function curlCommand(
  event: Pick<EventRecord, 'body' | 'bodyEncoding' | 'headers'>,
  url: string,
): string {
  const headers = Object.entries({ 'content-type': 'application/json', ...event.headers })
    .filter(([name, value]) => !OMITTED.test(name) && isPlain(value))
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const curl = ['curl', '-sS', '-X POST', ...headers].join(' ');
  const to = quoted(visible(url));
  const bytes = bodyBytes(event);
  if (event.bodyEncoding === 'utf8' && bytes.length <= INLINE_BYTES && isPlain(event.body)) {
    return `${curl} --data-binary ${quoted(event.body)} ${to}`;
  }
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [`base64 -d <<'END' | ${curl} --data-binary @- ${to}`, ...lines, 'END', ''].join('\n');
}

/** Whether a text can be pasted as it is: no control characters but line feeds and tabs, and no leading @. */
function isPlain(text: string): boolean {
  return visible(text) === text && !text.startsWith('@') && !text.includes('\t');
}

/** A text as one word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
