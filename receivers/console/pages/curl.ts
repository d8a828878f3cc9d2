import { bodyBytes, type EventRecord } from '../../operations/records.ts';

/** Headers that a client sets by itself, or that only the first way here explains. */
const OWN =
  /^(host|content-length|connection|accept|accept-encoding|user-agent|transfer-encoding|expect|via|forwarded|x-forwarded-.*|x-real-ip|cf-.*|sec-.*)$/;

/** A shell command that sends an event's very bytes to a URL again, with the headers that were kept. */
export function curlLine(event: Pick<EventRecord, 'body' | 'bodyEncoding' | 'headers'>, url: string): string {
  const headers = Object.entries({ 'content-type': 'application/json', ...event.headers })
    .filter(([name]) => !OWN.test(name))
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const parts = ['curl', '-sS', '-X POST', ...headers];
  if (event.bodyEncoding === 'base64' || /[\0\r]|^@/.test(event.body)) {
    const encoded = bodyBytes(event).toString('base64');
    return `printf %s ${quoted(encoded)} | base64 -d | ${[...parts, '--data-binary @-', quoted(url)].join(' ')}`;
  }
  return [...parts, `--data-binary ${quoted(event.body)}`, quoted(url)].join(' ');
}

/** A text as one word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
