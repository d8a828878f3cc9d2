import type { Action } from '../../../shared/events.ts';
import { verdictWords } from '../../../shared/verdict-words.ts';
import { ACTION_TITLES, cut } from '../../../shared/words.ts';
import type { ExperienceMessage, Message, Report, ReportSection } from '../../contract/message.ts';
import { resultTable } from '../common/results.ts';
import { monospaceTable } from '../common/table.ts';
import { oneLine } from '../common/text.ts';
import { variationLines } from '../common/variations.ts';
import {
  type AboutLine,
  ACTION_SIGNS,
  aboutLines,
  byWords,
  changeLines,
  headingWords,
  isWarning,
  kindWords,
  noteLines,
  warningWords,
} from '../common/words.ts';
import { codeBlock, literal, timestamp } from './markdown.ts';

/** What goes over the wire. https://docs.discord.com/developers/resources/webhook#execute-webhook */
export interface DiscordMessage {
  embeds: [Embed];
  /** No one is mentioned, whatever a text says. */
  allowed_mentions: { parse: [] };
}

export interface Embed {
  title: string;
  description: string;
  url?: string;
  /** 0xRRGGBB. */
  color: number;
  fields: EmbedField[];
  image?: { url: string };
  footer?: { text: string };
}

export interface EmbedField {
  name: string;
  value: string;
}

/** Discord's limits, in characters. https://docs.discord.com/developers/resources/message#embed-object-embed-limits */
const LIMITS = {
  title: 256,
  fields: 25,
  fieldName: 256,
  fieldValue: 1024,
  all: 6000,
} as const;

/** The Okabe-Ito palette. Sign and words say the same, for people who do not see the colors. */
const COLORS: Readonly<Record<Action, number>> = {
  createExperience: 0x999999,
  startExperience: 0x0072b2,
  pauseExperience: 0xe69f00,
  endExperience: 0x009e73,
  updateExperience: 0x56b4e9,
  deleteExperience: 0xd55e00,
};

const REPORT_COLOR = 0x0072b2;
const ALERT_COLOR = 0xd55e00;

/** Renders a message as a single embed. */
export function renderDiscord(message: Message): DiscordMessage {
  const embed = message.kind === 'report' ? reportEmbed(message.report) : eventEmbed(message);
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

function eventEmbed(message: ExperienceMessage): Embed {
  const { event, results, links, rollsOut } = message;
  const { experience, organization, action } = event;
  const who = byWords(message, (address) => literal(address, 300));
  const when = event.timestamp === null ? '' : ` · ${timestamp(event.timestamp)}`;
  const notes = noteLines(message, timestamp);
  const warning = warningWords(experience);
  const paragraphs = [
    `${ACTION_SIGNS[action]} **${ACTION_TITLES[action]}**${who}${when}`,
    literal(kindWords(experience, organization), 200),
    warning && `⚠️ **${literal(warning, 400)}**`,
    changeList(message),
    variationList(message),
    ...aboutLines(experience, rollsOut).map(aboutLine),
    notes.late && `⌛ ${notes.late}`,
    notes.recovered && `🔍 ${notes.recovered}`,
    notes.requested && `👤 ${literal(notes.requested, 400)}`,
    links.console && `[Open in the console](${links.console.replaceAll(')', '%29')})`,
  ];
  const embed: Embed = {
    title: literal(headingWords(experience, LIMITS.title), LIMITS.title),
    description: paragraphs.filter(Boolean).join('\n'),
    color: COLORS[action],
    fields: [],
  };
  if (links.intelligems !== null) {
    embed.url = links.intelligems;
  }
  if (results !== null) {
    const summary = literal(results.summary, 600) || '–';
    embed.fields.push({ name: `Result: ${verdictWords(results.verdict)}`, value: summary });
    const figures = { ...results, variations: results.variations.slice(0, 6) };
    const table = cut(resultTable(figures), LIMITS.fieldValue - 10);
    embed.fields.push({ name: 'Figures', value: codeBlock(table) });
    if (results.chart !== null) {
      embed.image = { url: results.chart.url };
    }
  }
  return embed;
}

function aboutLine({ label, words, link }: AboutLine): string {
  const shown = literal(words, 400);
  return `**${label}:** ${link === undefined ? shown : `[${shown}](${link.replaceAll(')', '%29')})`}`;
}

function changeList({ changes }: ExperienceMessage): string {
  const { lines, left } = changeLines(changes);
  const shown = lines.slice(0, 8).map((words) => `• ${literal(words, 140)}`);
  const more = left + lines.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more changes`] : [])].join('\n');
}

function variationList({ event }: ExperienceMessage): string {
  const { lines, left } = variationLines(event.experience.variations);
  const shown = lines.map(({ bar, share, name }) => `\`${bar}\` **${share}** ${literal(name, 60)}`);
  return [...shown, ...(left > 0 ? [`… and ${left} more variations`] : [])].join('\n');
}

function reportEmbed(report: Report): Embed {
  const isAlert = isWarning(report);
  const embed: Embed = {
    title: `${isAlert ? '⚠️ ' : ''}${literal(report.title, LIMITS.title - 3) || 'Report'}`,
    description: literal(report.summary, 1000) || '–',
    color: isAlert ? ALERT_COLOR : REPORT_COLOR,
    fields: [],
  };
  if (report.link !== null) {
    embed.url = report.link;
  }
  if (report.image !== null) {
    embed.image = { url: report.image.url };
  }
  let left = LIMITS.all - 200 - embed.title.length - embed.description.length;
  for (const section of report.sections) {
    const field = sectionField(section);
    left -= field.name.length + field.value.length;
    if (left < 0 || embed.fields.length === LIMITS.fields) {
      embed.footer = { text: `… and ${report.sections.length - embed.fields.length} more sections` };
      break;
    }
    embed.fields.push(field);
  }
  return embed;
}

const LINES_SHOWN = 12;

function sectionField({ heading, lines, table }: ReportSection): EmbedField {
  const shown: string[] = [];
  let room = table === null ? LIMITS.fieldValue - 30 : 400;
  for (const each of lines.slice(0, LINES_SHOWN)) {
    const item = `• ${literal(each, 140)}`;
    room -= item.length + 1;
    if (room < 0) {
      break;
    }
    shown.push(item);
  }
  if (shown.length < lines.length) {
    shown.push(`… and ${lines.length - shown.length} more`);
  }
  if (table !== null) {
    const cells = [table.columns, ...table.rows].map((row) => row.map((cell) => oneLine(cell, 24)));
    shown.push(codeBlock(tableWithin(cells, 550)));
  }
  return { name: literal(heading, LIMITS.fieldName) || '–', value: shown.join('\n') || '–' };
}

/** As many rows as fit within a limit in characters. */
function tableWithin(rows: readonly (readonly string[])[], limit: number): string {
  for (let shown = Math.min(rows.length, 20); shown > 1; shown -= 1) {
    const left = rows.length - shown;
    const words = monospaceTable(rows.slice(0, shown)) + (left > 0 ? `\n… and ${left} more` : '');
    if (words.length <= limit) {
      return words;
    }
  }
  return cut(monospaceTable(rows.slice(0, 1)), limit);
}
