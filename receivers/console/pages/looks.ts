import type { Response } from 'express';
import type { Preview } from '../../contract/destination.ts';
import { type Html, html, when } from './html.ts';
import { type SlackMessage, slackDocument } from './slack-look.ts';

interface SheetRow {
  tab: string;
  cells: { header: string }[];
}

/** What a framed preview may do: have styles. No scripts, no pictures from elsewhere, no links to the console. */
const FRAME_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";

/**
 * A preview as it looks at its destination: a frame, rows of a table, or text.
 *
 * @param address where {@link sendFramed} answers with the document of the frame
 */
export function lookOf(preview: Preview, title: string, address: string): Html {
  const { document, text } = preview;
  const rows = sheetTables(preview);
  if (rows !== null) {
    return html`${rows}${sourceDetails('Cells as they are sent to Google', document.content)}`;
  }
  if (framedDocument(document, 0) === null) {
    return html`<pre class="preview" tabindex="0" aria-label="Preview"><bdi>${text}</bdi></pre>${sourceDetails('Request body', document.content)}`;
  }
  return html`<iframe class="look look-${document.type === 'html' ? 'mail' : 'chat'}" sandbox="" src="${address}" title="How it looks: ${title}"></iframe>
  ${sourceDetails('As text', text)}${when(document.type === 'json', () => sourceDetails('Request body', document.content))}`;
}

function sourceDetails(summary: string, text: string): Html {
  return html`<details><summary>${summary}</summary><pre tabindex="0" aria-label="${summary}"><bdi>${text}</bdi></pre></details>`;
}

/** Answers with the document of a frame; false if the preview has none. */
export function sendFramed(response: Response, preview: Preview | null, now: number): boolean {
  const document = preview === null ? null : framedDocument(preview.document, now);
  if (document === null) {
    return false;
  }
  response.setHeader('content-security-policy', FRAME_POLICY);
  response.setHeader('x-frame-options', 'SAMEORIGIN');
  response.type('html').send(document);
  return true;
}

/** What a preview looks like at its destination, as a document for a frame; null if it is not one. */
function framedDocument({ type, content }: Preview['document'], now: number): string | null {
  if (type === 'html') {
    return content;
  }
  const parsed = parsedList(content);
  return type === 'json' && parsed !== null && parsed.length > 0 && parsed.every(isSlackMessage)
    ? slackDocument(parsed, now)
    : null;
}

/** Rows of a spreadsheet as tables; null if the preview is not of rows. */
function sheetTables({ text, document }: Preview): Html | null {
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
