import { verdictWords } from '../../../shared/verdict-words.ts';
import { ACTION_TITLES } from '../../../shared/words.ts';
import type { Results } from '../../contract/experience.ts';
import type { ExperienceMessage, Message, Report, ReportSection } from '../../contract/message.ts';
import { resultLines } from '../common/results.ts';
import { inline, oneLine, utc } from '../common/text.ts';
import { variationLines } from '../common/variations.ts';
import {
  type AboutLine,
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

/** What goes over the wire. https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages */
export interface GoogleChatMessage {
  /** For notifications, and for clients that cannot display the card. */
  fallbackText: string;
  cardsV2: [{ cardId: string; card: Card }];
  /** Messages with the same key form a thread. */
  thread?: { threadKey: string };
}

export interface Card {
  header: { title: string; subtitle?: string };
  sections: Section[];
}

export interface Section {
  header?: string;
  widgets: Widget[];
}

/** Google Chat reads a few HTML tags in the texts of widgets and section headers. */
export type Widget =
  | { textParagraph: { text: string } }
  | { image: { imageUrl: string; altText: string } }
  | { buttonList: { buttons: { text: string; onClick: { openLink: { url: string } } }[] } };

/**
 * A message, its cards included, has at most 32,000 bytes; a few are left for what a proxy or Google may count
 * differently. https://developers.google.com/workspace/chat/create-messages
 */
const BYTES_LIMIT = 30_000;

/** A card shows at most 100 widgets. https://developers.google.com/workspace/chat/api/reference/rest/v1/cards */
const WIDGETS_LIMIT = 100;

/** Renders a message as a card. */
export function renderGoogleChat(message: Message): GoogleChatMessage {
  const { fallback, card, sections } =
    message.kind === 'report' ? reportParts(message.report) : eventParts(message);
  const { experienceKey } = message;
  const whole = (shown: Section[]): GoogleChatMessage => ({
    fallbackText: plain(fallback),
    cardsV2: [{ cardId: 'intelligems', card: { ...card, sections: shown } }],
    ...(experienceKey === null ? {} : { thread: { threadKey: experienceKey } }),
  });
  return whole(fitting(sections, (shown) => isWithinLimits(whole(shown))));
}

/** As many sections as fit: the last one, which holds the links, stays, and what is left out is counted before it. */
function fitting(sections: readonly Section[], fits: (shown: Section[]) => boolean): Section[] {
  for (let shown = sections.length - 1; shown > 0; shown -= 1) {
    const left = sections.length - 1 - shown;
    const more: Section[] = left === 0 ? [] : [{ widgets: [paragraph(`… and ${left} more sections`)] }];
    const candidate = [...sections.slice(0, shown), ...more, ...sections.slice(-1)].filter(
      ({ widgets }) => widgets.length > 0,
    );
    if (fits(candidate)) {
      return candidate;
    }
  }
  return sections.slice(0, 1);
}

function isWithinLimits(message: GoogleChatMessage): boolean {
  const widgets = message.cardsV2[0].card.sections.reduce(
    (count, section) => count + section.widgets.length,
    0,
  );
  return widgets <= WIDGETS_LIMIT && Buffer.byteLength(JSON.stringify(message)) <= BYTES_LIMIT;
}

interface Parts {
  fallback: string;
  card: Pick<Card, 'header'>;
  /** The last one holds what always stays, and may be empty. */
  sections: Section[];
}

function eventParts(message: ExperienceMessage): Parts {
  const { event, results, links, rollsOut } = message;
  const { experience, organization, action } = event;
  const who = byWords(message, (address) => literal(inline(address, 254)));
  const when = event.timestamp === null ? '' : ` · ${utc(event.timestamp)}`;
  const subtitle = oneLine(kindWords(experience, organization), 200);
  const notes = noteLines(message, utc);
  const warning = warningWords(experience);
  const widgets = [
    paragraph(`${ACTION_SIGNS[action]} <b>${ACTION_TITLES[action]}</b>${who}${when}`),
    ...paragraphOf([warning && `⚠ <b>${literal(warning)}</b>`]),
    ...paragraphOf(changeTexts(message)),
    ...paragraphOf(variationTexts(message)),
    ...paragraphOf(aboutLines(experience, rollsOut).map(aboutText)),
    ...paragraphOf([
      notes.late && `⌛ ${notes.late}`,
      notes.recovered && `🔍 ${notes.recovered}`,
      notes.requested && `👤 ${literal(notes.requested)}`,
    ]),
  ];
  return {
    fallback: eventWords(message),
    card: { header: { title: headingWords(experience, 200), ...(subtitle === '' ? {} : { subtitle }) } },
    sections: [
      { widgets },
      ...(results === null ? [] : [resultSection(results)]),
      {
        widgets: linkButtons([
          { text: 'Open in Intelligems', url: links.intelligems },
          { text: 'Open in the console', url: links.console },
        ]),
      },
    ],
  };
}

function aboutText({ label, words, link }: AboutLine): string {
  const shown = literal(words);
  const attribute = link === undefined ? '' : literal(link).replaceAll('"', '%22');
  return `<b>${label}:</b> ${link === undefined ? shown : `<a href="${attribute}">${shown}</a>`}`;
}

function changeTexts({ changes }: ExperienceMessage): string[] {
  const { lines, left } = changeLines(changes);
  const items = lines.map((words) => `• ${literal(words)}`);
  return left > 0 ? [...items, `… and ${left} more changes`] : items;
}

function variationTexts({ event }: ExperienceMessage): string[] {
  const { lines, left } = variationLines(event.experience.variations);
  const items = lines.map(({ bar, share, name }) => `${bar} <b>${share}</b> ${literal(name)}`);
  return left > 0 ? [...items, `… and ${left} more variations`] : items;
}

function resultSection(results: Results): Section {
  const { verdict, summary, chart } = results;
  const lines = resultLines(results).map((words) => `• ${literal(words)}`);
  return {
    header: `Result: ${literal(verdictWords(verdict))}`,
    widgets: [
      paragraph(literal(oneLine(summary, 1000)) || '–'),
      ...paragraphOf(lines),
      ...(chart === null ? [] : [picture(chart)]),
    ],
  };
}

function reportParts(report: Report): Parts {
  const { title, summary, sections, image, link } = report;
  const words = `${isWarning(report) ? '⚠ ' : ''}${oneLine(title, 200) || 'Report'}`;
  return {
    fallback: `${words}. ${oneLine(summary, 1000)}`,
    card: { header: { title: words } },
    sections: [
      { widgets: [paragraph(literal(oneLine(summary, 3000)) || '–')] },
      ...sections.map(reportSection),
      {
        widgets: [...(image === null ? [] : [picture(image)]), ...linkButtons([{ text: 'Open', url: link }])],
      },
    ],
  };
}

const LINES_SHOWN = 25;

function reportSection({ heading, lines, table }: ReportSection): Section {
  const rows = (table?.rows ?? []).map((row) =>
    row
      .map((cell, column) => `${oneLine(table?.columns[column] ?? '', 40)}: ${oneLine(cell, 80)}`)
      .join(' · '),
  );
  const all = [...lines.map((each) => inline(each, 200)), ...rows];
  const shown = all.slice(0, LINES_SHOWN).map((words) => `• ${literal(words)}`);
  if (all.length > LINES_SHOWN) {
    shown.push(`… and ${all.length - LINES_SHOWN} more`);
  }
  return { header: literal(oneLine(heading, 200)) || '–', widgets: [paragraph(shown.join('\n') || '–')] };
}

function paragraph(text: string): Widget {
  return { textParagraph: { text } };
}

/** Lines as one paragraph; nothing if there are none. */
function paragraphOf(lines: readonly (string | null)[]): Widget[] {
  const text = lines.filter((line) => line !== null && line !== '').join('\n');
  return text === '' ? [] : [paragraph(text)];
}

function picture({ url, description }: { url: string; description: string }): Widget {
  return { image: { imageUrl: url, altText: oneLine(description, 500) || 'Chart' } };
}

function linkButtons(links: readonly { text: string; url: string | null }[]): Widget[] {
  const buttons = links.flatMap(({ text, url }) =>
    url === null || url.length > 2000 ? [] : [{ text, onClick: { openLink: { url } } }],
  );
  return buttons.length === 0 ? [] : [{ buttonList: { buttons } }];
}

/** Makes text literal where Google Chat reads HTML tags. https://developers.google.com/workspace/chat/format-messages#card-formatting */
function literal(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The fallback has no escapes, and `<users/all>` in a text would mention everyone. */
function plain(words: string): string {
  return oneLine(words, 1500).replaceAll('<', '‹').replaceAll('>', '›');
}
