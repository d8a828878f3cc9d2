import type { Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Block, Inline, RichTextPart, SlackMessage } from './blocks.ts';
import { renderCard, renderMessage, renderReply, saysMoreThanCard } from './render.ts';
import type { SlackSettings } from './settings.ts';

/** What would be posted, as text, and as JSON for Slack’s Block Kit Builder. */
export function previewSlack(message: Message, { mode, webhookUrl, signingSecret }: SlackSettings): Preview {
  const look = { card: webhookUrl === undefined && mode !== 'message', buttons: signingSecret !== undefined };
  const parts = messages(message, look);
  return {
    text: parts.map(({ where, content }) => `${where}\n${indented(plainWords(content))}`).join('\n\n'),
    document: {
      type: 'json',
      content: JSON.stringify(
        parts.map(({ where, content }) => ({ where, ...content, builder: builderLink(content) })),
        null,
        2,
      ),
    },
  };
}

function messages(
  message: Message,
  { card, buttons }: { card: boolean; buttons: boolean },
): { where: string; content: SlackMessage }[] {
  const noMentions = new Map<string, string>();
  if (message.kind === 'report' || !card) {
    return [{ where: 'Message', content: renderMessage(message, noMentions, buttons) }];
  }
  const onCard = { where: 'Card', content: renderCard(message, noMentions) };
  const first = message.history.length <= 1 && !saysMoreThanCard(message);
  return first ? [onCard] : [onCard, { where: 'In its thread', content: renderReply(message, noMentions) }];
}

/** Opens the blocks in Slack’s Block Kit Builder. */
function builderLink({ blocks }: SlackMessage): string {
  return `https://app.slack.com/block-kit-builder#${encodeURIComponent(JSON.stringify({ blocks }))}`;
}

function plainWords({ blocks }: SlackMessage): string {
  return blocks.map(blockWords).join('\n');
}

function blockWords(block: Block): string {
  switch (block.type) {
    case 'header':
      return block.text.text;
    case 'section':
      return [
        block.text?.text ?? '',
        ...(block.fields ?? []).map(({ text }) => markupWords(text).replace('\n', ': ')),
      ]
        .filter((words) => words !== '')
        .join('\n');
    case 'rich_text':
      return block.elements.map(partWords).join('\n');
    case 'context':
      return block.elements.map(({ text }) => markupWords(text)).join(' ');
    case 'image':
      return `[picture: ${block.alt_text}] ${block.image_url}`;
    case 'actions':
      return block.elements.map(({ text }) => `(${text.text})`).join(' ');
  }
}

function partWords(part: RichTextPart): string {
  if (part.type === 'rich_text_list') {
    return part.elements.map(({ elements }) => `• ${inlineWords(elements)}`).join('\n');
  }
  return inlineWords(part.elements);
}

const EMOJI: Readonly<Record<string, string>> = {
  white_circle: '○',
  arrow_forward: '▶',
  double_vertical_bar: '⏸',
  black_square_for_stop: '⏹',
  wastebasket: '🗑',
  pencil2: '✎',
  hourglass: '⌛',
  mag: '🔍',
  warning: '⚠',
};

function inlineWords(elements: readonly Inline[]): string {
  return elements.map(elementWords).join('');
}

function elementWords(element: Inline): string {
  switch (element.type) {
    case 'text':
      return element.text;
    case 'emoji':
      return EMOJI[element.name] ?? `:${element.name}:`;
    case 'user':
      return `@${element.user_id}`;
    case 'link':
      return `[${element.text}] ${element.url}`;
    case 'date':
      return element.fallback;
  }
}

function markupWords(words: string): string {
  return words
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/\*([^*\n]+)\*/g, '$1')
    .replace(/:([a-z0-9_]+):/g, (whole, name: string) => EMOJI[name] ?? whole);
}

function indented(words: string): string {
  return words.replace(/^/gm, '  ');
}
