import { utc } from '../common/text.ts';
import type { Inline } from './blocks.ts';

/**
 * Escapes text for a field where Slack reads markup, so that it makes no mention and no link.
 * https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
export function escapeMarkup(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack writes the time in each reader's own time zone. */
const DATE_FORMAT = '{date_short_pretty} at {time}';

/** A time (milliseconds since 1970) in rich text. */
export function date(ms: number): Inline {
  return { type: 'date', timestamp: Math.floor(ms / 1000), format: DATE_FORMAT, fallback: utc(ms) };
}

/** A time (milliseconds since 1970) in a field with markup. `ago` adds how long ago it was, which Slack keeps up to date. */
export function dateMarkup(ms: number, { ago = false }: { ago?: boolean } = {}): string {
  const format = ago ? `${DATE_FORMAT} ({ago})` : DATE_FORMAT;
  return `<!date^${Math.floor(ms / 1000)}^${format}|${utc(ms)}>`;
}
