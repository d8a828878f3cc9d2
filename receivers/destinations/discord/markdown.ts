import { oneLine } from '../common/text.ts';

/**
 * Words that people chose as one line that Discord shows as it is, at most `limit` characters long with the
 * backslashes that this takes.
 */
export function literal(words: string, limit: number): string {
  let room = limit;
  let escaped = escapeMarkdown(oneLine(words, room));
  while (escaped.length > limit) {
    room -= Math.max(1, Math.ceil((escaped.length - limit) / 2));
    escaped = escapeMarkdown(oneLine(words, room));
  }
  return escaped;
}

/** Text in characters of equal width. It cannot end the block. */
export function codeBlock(text: string): string {
  return `\`\`\`\n${text.replaceAll('`', 'ˋ')}\n\`\`\``;
}

/** A moment (milliseconds since 1970) that each reader sees in their own time zone. */
export function timestamp(ms: number): string {
  return `<t:${Math.floor(ms / 1000)}:f>`;
}

/** Makes words literal where Discord reads Markdown and mentions. https://docs.discord.com/developers/reference#message-formatting */
function escapeMarkdown(words: string): string {
  return words.replace(/[\\*_~`|>[\]()#<:@-]/g, '\\$&');
}
