/**
 * The part of Block Kit that this destination uses. Text that people wrote (names of experiences, stores,
 * variations) goes only where Slack reads no markup: `plain_text` and the `text` of rich text.
 * See https://docs.slack.dev/reference/block-kit/blocks and /reference/block-kit/composition-objects.
 */

export interface PlainText {
  type: 'plain_text';
  text: string;
  emoji: boolean;
}

/** Only for this project's own text, dates and mentions: Slack reads markup in it. */
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
  | { type: 'link'; url: string; text: string; style?: Style }
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

export type Block =
  | { type: 'header'; text: PlainText }
  | { type: 'section'; text?: PlainText; fields?: Markup[] }
  | { type: 'rich_text'; elements: RichTextPart[] }
  | { type: 'context'; elements: (PlainText | Markup)[] }
  | { type: 'image'; image_url: string; alt_text: string }
  | { type: 'actions'; elements: Button[] };

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
export interface Button {
  type: 'button';
  action_id: string;
  text: PlainText;
  value: string;
  style?: 'danger';
  /** Slack asks this before it sends the press. */
  confirm: { title: PlainText; text: PlainText; confirm: PlainText; deny: PlainText; style?: 'danger' };
}

/** One message as it goes over the wire. Slack shows the text in notifications, and if it cannot show blocks. */
export interface SlackMessage {
  text: string;
  blocks: Block[];
}

/** Slack's limits, in characters unless stated otherwise. */
export const LIMITS = {
  blocks: 50,
  header: 150,
  text: 3000,
  alternativeText: 2000,
  url: 3000,
  /** For the fallback text. Slack truncates at 40,000 and recommends 4,000. */
  fallback: 4000,
  /** For all blocks together, as JSON. Undocumented; Slack refuses from about 13,200. */
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

/**
 * Links in one line; nothing if there are none. Not buttons: Slack shows a warning on a button of an app without
 * interactivity, even if it only opens a link. https://github.com/slackapi/slack-github-action/issues/513
 */
export function linkLine(links: readonly { label: string; url: string | null }[]): Block[] {
  const usable = links.flatMap(({ label, url }) =>
    url === null || url.length > LIMITS.url ? [] : [{ type: 'link' as const, url, text: label }],
  );
  const elements: Inline[] = usable.flatMap((link, index) => (index === 0 ? [link] : [text('  ·  '), link]));
  return elements.length === 0 ? [] : [richText(line(...elements))];
}

/** A line of rich text. Slack refuses empty texts and empty lines: empty texts are left out, an empty line gets a dash. */
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
