import type { Preview } from '../../contract/destination.ts';
import { type Html, html } from './html.ts';
import { type SlackMessage, slackDocument } from './slack-look.ts';

interface SheetRow {
  tab: string;
  cells: { header: string }[];
}

/** What a preview looks like at its destination, as a document for a frame; null if it is not one. */
export function framedDocument({ type, content }: Preview['document'], now: number): string | null {
  if (type === 'html') {
    return content;
  }
  const parsed = parsedList(content);
  return type === 'json' && parsed !== null && parsed.length > 0 && parsed.every(isSlackMessage)
    ? slackDocument(parsed, now)
    : null;
}

/** Rows of a spreadsheet as tables; null if the preview is not of rows. */
export function sheetTables({ text, document }: Preview): Html | null {
  const rows = document.type === 'json' ? parsedList(document.content) : null;
  if (rows === null || rows.length === 0 || !rows.every(isSheetRow)) {
    return null;
  }
  const shown = text.split('\n\n').map((block) => block.split('\n').slice(1));
  return html`${rows.map(
    ({ tab, cells }, index) => html`<figure class="sheet"><figcaption>Tab “<bdi>${tab}</bdi>”</figcaption>
<div class="wide-table" tabindex="0" role="region" aria-label="Row in the tab ${tab}"><table>
<thead><tr>${cells.map(({ header }) => html`<th scope="col"><bdi>${header}</bdi></th>`)}</tr></thead>
<tbody><tr>${cells.map(({ header }, column) => html`<td><bdi>${cellText(shown[index]?.[column], header)}</bdi></td>`)}</tr></tbody></table></div></figure>`,
  )}`;
}

/** The value in a line of the text preview, which holds each header and its value as Sheets shows it. */
function cellText(line: string | undefined, header: string): string {
  return line?.startsWith(header) ? line.slice(header.length).trim() : (line ?? '');
}

function parsedList(content: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(content);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isSlackMessage(value: unknown): value is SlackMessage {
  return typeof value === 'object' && value !== null && 'blocks' in value && Array.isArray(value.blocks);
}

function isSheetRow(value: unknown): value is SheetRow {
  return typeof value === 'object' && value !== null && 'cells' in value && Array.isArray(value.cells);
}
