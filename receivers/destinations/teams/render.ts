import { verdictWords } from '../../../shared/verdict-words.ts';
import { ACTION_TITLES } from '../../../shared/words.ts';
import type { ExperienceMessage, Message, Report, ReportSection } from '../../contract/message.ts';
import { resultLines } from '../common/results.ts';
import { inline, oneLine } from '../common/text.ts';
import { variationLines } from '../common/variations.ts';
import {
  ACTION_SIGNS,
  aboutLines,
  byWords,
  changeLines,
  eventWords,
  headingWords,
  isWarning,
  kindWords,
  noteLines,
  warningWords,
} from '../common/words.ts';

/** What goes over the wire: an Adaptive Card in a message. https://adaptivecards.io/explorer */
export interface TeamsMessage {
  type: 'message';
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive'; contentUrl: null; content: Card }];
}

export interface Card {
  $schema: string;
  type: 'AdaptiveCard';
  /** Workflows show nothing of a newer version. https://github.com/microsoft/AdaptiveCards/issues/8965 */
  version: '1.4';
  /** Shown by clients that cannot display the card. */
  fallbackText: string;
  msteams: { width: 'Full' };
  body: Element[];
  actions: { type: 'Action.OpenUrl'; title: string; url: string }[];
}

export type Element =
  /** Text that people wrote goes only here: text runs are literal, while text blocks read Markdown. */
  | { type: 'RichTextBlock'; inlines: TextRun[]; spacing?: 'None' | 'Small' }
  | { type: 'TextBlock'; text: string; wrap: true; isSubtle?: true }
  | { type: 'Image'; url: string; altText: string };

export interface TextRun {
  type: 'TextRun';
  text: string;
  weight?: 'Bolder';
  size?: 'Large';
  isSubtle?: true;
  fontType?: 'Monospace';
}

/**
 * Teams refuses messages of more than 28 KB, and counts them as JSON within JSON.
 * https://github.com/MicrosoftDocs/msteams-docs/issues/11274
 */
const BYTES_LIMIT = 24_000;

/** Renders a message as an Adaptive Card. */
export function renderTeams(message: Message): TeamsMessage {
  const content = message.kind === 'report' ? reportCard(message.report) : eventCard(message);
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

function eventCard(message: ExperienceMessage): Card {
  const { event, results, links, rollsOut } = message;
  const { experience, organization, action } = event;
  const kind = kindWords(experience, organization);
  const body: Element[] = [
    heading(headingWords(experience, 300)),
    line(
      run(`${ACTION_SIGNS[action]} ${ACTION_TITLES[action]}`, { weight: 'Bolder' }),
      run(byWords(message, (address) => inline(address, 254))),
      run(kind === '' ? '' : ` · ${kind}`),
    ),
  ];
  const warning = warningWords(experience);
  if (warning !== null) {
    body.push(line(run(`⚠ ${warning}`, { weight: 'Bolder' })));
  }
  if (event.timestamp !== null) {
    body.push({ type: 'TextBlock', text: moment(event.timestamp), wrap: true, isSubtle: true });
  }
  const changes = changeLines(message.changes);
  body.push(...changes.lines.map((words) => line(run(`• ${words}`))));
  if (changes.left > 0) {
    body.push(line(run(`… and ${changes.left} more changes`, { isSubtle: true })));
  }
  const variations = variationLines(experience.variations);
  for (const { bar, share, name } of variations.lines) {
    body.push(
      line(run(bar, { fontType: 'Monospace' }), run(`  ${share}`, { weight: 'Bolder' }), run(`  ${name}`)),
    );
  }
  if (variations.left > 0) {
    body.push(line(run(`… and ${variations.left} more variations`, { isSubtle: true })));
  }
  for (const { label, words } of aboutLines(experience, rollsOut)) {
    body.push(line(run(`${label}: `, { weight: 'Bolder' }), run(words)));
  }
  if (results !== null) {
    body.push(line(run(`Result: ${verdictWords(results.verdict)}`, { weight: 'Bolder' })));
    body.push(line(run(oneLine(results.summary, 1000))));
    body.push(...resultLines(results).map((words) => line(run(`• ${words}`))));
    if (results.chart !== null) {
      body.push(picture(results.chart));
    }
  }
  const notes = noteLines(message, moment);
  for (const note of [notes.late && `⌛ ${notes.late}`, notes.recovered && `🔍 ${notes.recovered}`]) {
    if (note !== null) {
      body.push({ type: 'TextBlock', text: note, wrap: true, isSubtle: true });
    }
  }
  if (notes.requested !== null) {
    body.push(line(run(`👤 ${notes.requested}`, { isSubtle: true })));
  }
  return card(eventWords(message), body, [
    { title: 'Open in Intelligems', url: links.intelligems },
    { title: 'Open what it rolls out', url: rollsOut?.link ?? null },
    { title: 'Open in the console', url: links.console },
  ]);
}

function reportCard(report: Report): Card {
  const { title, summary, sections, image, link } = report;
  const mark = isWarning(report) ? '⚠ ' : '';
  const words = oneLine(title, 300) || 'Report';
  const lead: Element[] = [heading(`${mark}${words}`), line(run(oneLine(summary, 3000)))];
  const end: Element[] = image === null ? [] : [picture(image)];
  const links = [{ title: 'Open', url: link }];
  const shown: Element[] = [];
  for (const [index, section] of sections.entries()) {
    const elements = sectionElements(section);
    if (bytes(card(words, [...lead, ...shown, ...elements, ...end], links)) > BYTES_LIMIT) {
      shown.push(line(run(`… and ${sections.length - index} more sections`, { isSubtle: true })));
      break;
    }
    shown.push(...elements);
  }
  return card(words, [...lead, ...shown, ...end], links);
}

const LINES_SHOWN = 25;

function sectionElements({ heading: title, lines, table }: ReportSection): Element[] {
  const rows = (table?.rows ?? []).map((row) =>
    row
      .map((cell, column) => `${oneLine(table?.columns[column] ?? '', 40)}: ${oneLine(cell, 80)}`)
      .join(' · '),
  );
  const all = [...lines.map((each) => inline(each, 200)), ...rows];
  const shown = all.slice(0, LINES_SHOWN).map((words) => line(run(`• ${words}`)));
  if (all.length > LINES_SHOWN) {
    shown.push(line(run(`… and ${all.length - LINES_SHOWN} more`, { isSubtle: true })));
  }
  return [line(run(oneLine(title, 200), { weight: 'Bolder' })), ...shown];
}

function card(
  fallbackText: string,
  body: Element[],
  links: readonly { title: string; url: string | null }[],
): Card {
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: oneLine(fallbackText, 500),
    msteams: { width: 'Full' },
    body,
    actions: links.flatMap(({ title, url }) =>
      url === null ? [] : [{ type: 'Action.OpenUrl' as const, title, url }],
    ),
  };
}

function heading(words: string): Element {
  return { type: 'RichTextBlock', inlines: [run(words, { size: 'Large', weight: 'Bolder' })] };
}

function line(...runs: TextRun[]): Element {
  const inlines = runs.filter(({ text }) => text !== '');
  return { type: 'RichTextBlock', inlines: inlines.length === 0 ? [run('–')] : inlines, spacing: 'Small' };
}

function run(text: string, style: Omit<TextRun, 'type' | 'text'> = {}): TextRun {
  return { type: 'TextRun', text, ...style };
}

function picture({ url, description }: { url: string; description: string }): Element {
  return { type: 'Image', url, altText: oneLine(description, 500) || 'Chart' };
}

/** A time that each reader sees in their own time zone. https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features#datetime-formatting-and-localization */
function moment(ms: number): string {
  const iso = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return `{{DATE(${iso}, SHORT)}} {{TIME(${iso})}}`;
}

function bytes(content: Card): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(content)));
}
