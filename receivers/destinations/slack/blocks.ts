/**
 * The part of Block Kit that this destination uses. Words that people chose (names of experiences, stores,
 * variations) go only where Slack reads no markup: `plain_text` and the `text` of rich text.
 * See https://docs.slack.dev/reference/block-kit/blocks and /reference/block-kit/composition-objects.
 */

export interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: boolean;
}

/** Only for text of this project's own, dates and mentions: Slack reads markup in it. */
export interface Markup {
  type: 'mrkdwn';
  text: string;
  verbatim: true;
}

export interface Style {
  bold?: boolean;
  italic?: boolean;
  code?: boolean;
}

export type Inline =
  | { type: 'text'; text: string; style?: Style }
  | { type: 'emoji'; name: string }
  | { type: 'user'; user_id: string }
  | { type: 'date'; timestamp: number; format: string; fallback: string };

export interface RichTextSection {
  type: 'rich_text_section';
  elements: Inline[];
}

export type RichTextPart =
  | RichTextSection
  | { type: 'rich_text_list'; style: 'bullet'; elements: RichTextSection[] }
  | { type: 'rich_text_preformatted'; elements: Inline[] };

export interface LinkButton {
  type: 'button';
  text: PlainText;
  url: string;
  action_id: string;
}

export type Block =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text?: PlainText; fields?: Markup[] }
  | { type: 'rich_text'; elements: RichTextPart[] }
  | { type: 'context'; elements: (PlainText | Markup)[] }
  | { type: 'image'; image_url: string; alt_text: string }
  | { type: 'actions'; elements: LinkButton[] };

/** What goes over the wire for one message: the text stands in where blocks cannot be shown. */
export interface SlackMessage {
  text: string;
  blocks: Block[];
}

/** Slack's limits, in characters where it is not said otherwise. */
export const LIMITS = {
  blocks: 50,
  header: 150,
  text: 3000,
  alternativeText: 2000,
  url: 3000,
  /** Of the fallback; Slack cuts at 40,000 and advises 4,000. */
  fallback: 4000,
  /** Of all blocks together, as JSON; Slack documents none and refuses from about 13,200. */
  allBlocks: 12_000,
} as const;

export function plainText(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false };
}

export function markup(text: string): Markup {
  return { type: 'mrkdwn', text, verbatim: true };
}

export function text(words: string, style?: Style): Inline {
  return style === undefined ? { type: 'text', text: words } : { type: 'text', text: words, style };
}

export function bold(words: string): Inline {
  return text(words, { bold: true });
}

/** A line of rich text. Slack refuses empty texts and empty lines: the former are left out, the latter get a dash. */
export function line(...elements: Inline[]): RichTextSection {
  const filled = elements.filter((element) => element.type !== 'text' || element.text !== '');
  return { type: 'rich_text_section', elements: filled.length === 0 ? [text('–')] : filled };
}

export function richText(...elements: RichTextPart[]): Block {
  return { type: 'rich_text', elements };
}

export function bullets(lines: readonly Inline[][]): RichTextPart {
  return { type: 'rich_text_list', style: 'bullet', elements: lines.map((elements) => line(...elements)) };
}
