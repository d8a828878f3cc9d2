import { cut } from '../../../shared/words.ts';
import type { Report, ReportSection } from '../../contract/message.ts';
import { monospaceTable } from '../common/table.ts';
import { inline, oneLine } from '../common/text.ts';
import { isWarning } from '../common/words.ts';
import {
  type Block,
  bold,
  bullets,
  LIMITS,
  line,
  linkLine,
  plainText,
  type RichTextPart,
  richText,
  type SlackMessage,
  text,
} from './blocks.ts';
import { offerBlocks } from './buttons.ts';
import { image } from './results.ts';
import { escapeMarkup } from './text.ts';

const SECTIONS_SHOWN = 20;
const LINES_SHOWN = 20;
const ROWS_SHOWN = 25;
const LINE_LIMIT = 140;
const CELL_LIMIT = 32;

/**
 * A digest, an overview, an alert or another report as a message.
 *
 * @param offerKey the key of the report, if its message may have a button; null for none
 */
export function renderReport(report: Report, offerKey: string | null = null): SlackMessage {
  const { title, summary, sections, image: picture, link } = report;
  const mark = isWarning(report) ? '⚠️ ' : '';
  const heading = oneLine(title, LIMITS.header - mark.length) || 'Report';
  const words = oneLine(summary, LIMITS.text);
  const blocks: Block[] = [
    { type: 'header', text: plainText(`${mark}${heading}`) },
    ...(words === '' ? [] : [{ type: 'section' as const, text: plainText(words) }]),
  ];
  if (picture !== null) {
    blocks.push(image(picture));
  }
  blocks.push(...(offerKey === null ? [] : offerBlocks(report, offerKey)));
  blocks.push(...linkLine([{ label: 'Open', url: link }]));
  const room = LIMITS.allBlocks - JSON.stringify(blocks).length;
  blocks.splice(words === '' ? 1 : 2, 0, ...sectionBlocks(sections, room));
  const said = escapeMarkup(inline(`${mark}${title}. ${summary}`, 1000));
  return { text: cut(said, LIMITS.fallback), blocks };
}

/** As many sections as fit. `room` is in characters of JSON. */
function sectionBlocks(sections: readonly ReportSection[], room: number): Block[] {
  const blocks: Block[] = [];
  let left = room - 200;
  for (const section of sections) {
    const block = sectionBlock(section);
    left -= JSON.stringify(block).length + 1;
    if (left < 0 || blocks.length >= SECTIONS_SHOWN) {
      const more = `… and ${sections.length - blocks.length} more sections`;
      return [...blocks, { type: 'context', elements: [plainText(more)] }];
    }
    blocks.push(block);
  }
  return blocks;
}

function sectionBlock({ heading, lines, table }: ReportSection): Block {
  const parts: RichTextPart[] = [line(bold(oneLine(heading, LINE_LIMIT)))];
  if (lines.length > 0) {
    const shown = lines.slice(0, LINES_SHOWN).map((each) => [text(inline(each, LINE_LIMIT))]);
    if (lines.length > LINES_SHOWN) {
      shown.push([text(`… and ${lines.length - LINES_SHOWN} more`, { italic: true })]);
    }
    parts.push(bullets(shown));
  }
  if (table !== null) {
    const cells = [table.columns, ...table.rows.slice(0, ROWS_SHOWN)].map((row) =>
      row.map((cell) => oneLine(cell, CELL_LIMIT)),
    );
    const left = table.rows.length - ROWS_SHOWN;
    const words = monospaceTable(cells) + (left > 0 ? `\n… and ${left} more` : '');
    parts.push({ type: 'rich_text_preformatted', elements: [text(cut(words, LIMITS.text))] });
  }
  return richText(...parts);
}
