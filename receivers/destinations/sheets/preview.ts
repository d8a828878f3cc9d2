import type { Preview } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { cellData, cellWords } from './cells.ts';
import { renderRows } from './render.ts';
import type { Row } from './row.ts';
import type { SheetsSettings } from './settings.ts';

/** The rows of a message as tables of header and value, and as the cells that go to Google. */
export function previewRows(message: Message, settings: SheetsSettings): Preview {
  const timeZone = settings.timeZone ?? 'UTC';
  const rows = renderRows(message, settings, { shown: timeZone, spreadsheet: timeZone });
  const document = rows.map(({ tab, columns }) => ({
    tab,
    cells: columns.map(({ header, cell }) => ({ header, ...cellData(cell) })),
  }));
  return {
    text: rows.map(table).join('\n\n'),
    document: { type: 'json', content: `${JSON.stringify(document, null, 2)}\n` },
  };
}

function table({ tab, mode, columns }: Row): string {
  const width = Math.max(...columns.map(({ header }) => header.length));
  const title = `${visible(tab)} (${mode === 'append' ? 'a new row' : 'the row of this experience'})`;
  const lines = columns.map(({ header, cell }) =>
    `${header.padEnd(width)}  ${visible(cellWords(cell))}`.trimEnd(),
  );
  return [title, ...lines].join('\n');
}

/** Without control and direction characters, which would disturb a terminal. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ');
}
