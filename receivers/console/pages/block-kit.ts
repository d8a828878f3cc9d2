import { visible } from '../../base/visible-text.ts';

// Block Kit as Slack's desktop app shows it: https://docs.slack.dev/reference/block-kit/blocks

interface TextObject {
  type: string;
  text: string;
}

type Inline =
  | { type: 'text'; text: string; style?: { bold?: boolean; italic?: boolean; code?: boolean } }
  | { type: 'emoji'; name: string }
  | { type: 'link'; url: string; text?: string }
  | { type: 'user'; user_id: string }
  | { type: 'date'; timestamp: number; format: string };

type RichTextPart =
  | { type: 'rich_text_section' | 'rich_text_preformatted'; elements: Inline[] }
  | { type: 'rich_text_list'; elements: { elements: Inline[] }[] };

/** The blocks that this project's messages use. */
export type Block =
  | { type: 'header'; text: TextObject }
  | { type: 'section'; text?: TextObject; fields?: TextObject[] }
  | { type: 'rich_text'; elements: RichTextPart[] }
  | { type: 'context'; elements: TextObject[] }
  | { type: 'image'; image_url: string; alt_text: string }
  | { type: 'actions'; elements: { text: TextObject; style?: string }[] };

export interface Reader {
  /** The reader's time zone, such as America/New_York. */
  timeZone: string;
  /** Milliseconds since 1970. */
  now: number;
  /** The names of people by their user id. */
  names: ReadonlyMap<string, string>;
}

/** Blocks as HTML, with the class names of the style sheet in slack-look.ts. */
export function blocksHtml(blocks: readonly Block[], reader: Reader): string {
  return blocks.map((block) => blockHtml(block, reader)).join('\n');
}

function blockHtml(block: Block, reader: Reader): string {
  switch (block.type) {
    case 'header':
      return `<div class="header">${escapeHtml(block.text.text)}</div>`;
    case 'section': {
      const fields = (block.fields ?? []).map((field) => `<div>${objectHtml(field, reader)}</div>`).join('');
      const text = block.text === undefined ? '' : `<p>${objectHtml(block.text, reader)}</p>`;
      return `<div class="section">${text}${fields === '' ? '' : `<div class="fields">${fields}</div>`}</div>`;
    }
    case 'rich_text':
      return `<div class="rich">${block.elements.map((part) => partHtml(part, reader)).join('')}</div>`;
    case 'context':
      return `<div class="context">${block.elements.map((each) => `<span>${objectHtml(each, reader)}</span>`).join(' ')}</div>`;
    case 'image':
      return `<img class="image" src="${escapeHtml(block.image_url)}" alt="${escapeHtml(block.alt_text)}">`;
    case 'actions':
      return `<div class="actions">${block.elements.map(({ text, style }) => `<span class="button${style === 'danger' ? ' danger' : ''}">${escapeHtml(text.text)}</span>`).join(' ')}</div>`;
  }
}

function partHtml(part: RichTextPart, reader: Reader): string {
  switch (part.type) {
    case 'rich_text_section':
      return `<div class="line">${inlinesHtml(part.elements, reader)}</div>`;
    case 'rich_text_list':
      return `<ul>${part.elements.map(({ elements }) => `<li>${inlinesHtml(elements, reader)}</li>`).join('')}</ul>`;
    case 'rich_text_preformatted':
      return `<pre>${inlinesHtml(part.elements, reader)}</pre>`;
  }
}

function inlinesHtml(elements: readonly Inline[], reader: Reader): string {
  return elements.map((element) => inlineHtml(element, reader)).join('');
}

function inlineHtml(element: Inline, reader: Reader): string {
  switch (element.type) {
    case 'text': {
      const { bold, italic, code } = element.style ?? {};
      let html = escapeHtml(element.text);
      html = code ? `<code>${html}</code>` : html;
      html = italic ? `<i>${html}</i>` : html;
      return bold ? `<b>${html}</b>` : html;
    }
    case 'emoji':
      return emojiHtml(element.name);
    case 'user':
      return mentionHtml(element.user_id, reader);
    case 'link':
      return `<a href="${escapeHtml(element.url)}">${escapeHtml(element.text ?? element.url)}</a>`;
    case 'date':
      return escapeHtml(dateWords(element.timestamp * 1000, element.format, reader));
  }
}

function objectHtml(object: TextObject, reader: Reader): string {
  return object.type === 'plain_text' ? escapeHtml(object.text) : markupHtml(object.text, reader);
}

/** Dates, mentions, bold text and emoji; also what has to be escaped, because it is none of these. */
const TOKENS =
  /<!date\^(\d+)\^([^|>]*)(?:\|[^>]*)?>|<@([A-Z0-9]+)>|\*([^*\n]+)\*|:([a-z0-9_]+):|\n|[<>"']|&(?!(?:amp|lt|gt);)/g;

/** The part of Slack's markup that the messages use. Slack's own escapes (&amp; &lt; &gt;) are valid HTML. */
function markupHtml(markup: string, reader: Reader): string {
  return markup.replace(TOKENS, (token, seconds, format, person, bold, emoji) => {
    if (seconds !== undefined) {
      return escapeHtml(dateWords(Number(seconds) * 1_000, format, reader));
    }
    if (person !== undefined) {
      return mentionHtml(person, reader);
    }
    if (bold !== undefined) {
      return `<b>${markupHtml(bold, reader)}</b>`;
    }
    if (emoji !== undefined) {
      return emojiHtml(emoji);
    }
    return token === '\n' ? '<br>' : escapeHtml(token);
  });
}

function mentionHtml(id: string, { names }: Reader): string {
  return `<span class="mention">@${escapeHtml(names.get(id) ?? id)}</span>`;
}

/** Fills Slack's date tokens. https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
function dateWords(ms: number, format: string, { timeZone, now }: Reader): string {
  const day = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: 'short', day: 'numeric' });
  const time = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit' });
  const days = Math.floor((now - ms) / 86_400_000);
  return format
    .replace('{date_short_pretty}', day.format(ms))
    .replace('{time}', time.format(ms))
    .replace('{ago}', days === 1 ? '1 day ago' : `${days} days ago`);
}

const SQUARE = '<rect x="2" y="2" width="60" height="60" rx="10" fill="#1d6fb8"/>';

const EMOJI: Readonly<Record<string, string>> = {
  white_circle: '<circle cx="32" cy="32" r="27" fill="#fff" stroke="#b8bcc4" stroke-width="6"/>',
  arrow_forward: `${SQUARE}<path d="M22 15 L49 32 L22 49 Z" fill="#fff"/>`,
  double_vertical_bar: `${SQUARE}<path d="M19 16h9v32h-9zM36 16h9v32h-9z" fill="#fff"/>`,
  black_square_for_stop: `${SQUARE}<rect x="18" y="18" width="28" height="28" fill="#fff"/>`,
  wastebasket: '<path d="M14 18h36l-5 40H19zM10 10h44v7H10zM26 5h12v6H26z" fill="#7b828c"/>',
  pencil2:
    '<rect x="5" y="12" width="46" height="46" rx="5" fill="#fff" stroke="#9aa1ab" stroke-width="4"/><path d="M20 45l4-13L50 6l9 9-26 26z" fill="#f2a33a" stroke="#8a5a14" stroke-width="2"/>',
  hourglass: '<path d="M14 4h36v7L37 32l13 21v7H14v-7l13-21L14 11z" fill="#d8a657"/>',
  mag: '<circle cx="26" cy="26" r="18" fill="none" stroke="#5b6b7b" stroke-width="7"/><path d="M39 39l20 20" stroke="#5b6b7b" stroke-width="9"/>',
};

function emojiHtml(name: string): string {
  const drawing = EMOJI[name];
  return drawing === undefined
    ? `:${escapeHtml(name)}:`
    : `<svg class="emoji" viewBox="0 0 64 64" role="img" aria-label="${name}">${drawing}</svg>`;
}

/** Makes text safe in HTML. */
export function escapeHtml(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
