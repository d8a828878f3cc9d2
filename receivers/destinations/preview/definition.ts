import { z } from 'zod';
import type { DestinationKind } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import { email } from '../email/definition.ts';
import { http } from '../http/definition.ts';
import { sheets } from '../sheets/definition.ts';
import { slack } from '../slack/definition.ts';

const PREVIEWED = [slack, sheets, email, http] as const;

/** What stands in for real destinations until one is connected: it prints what each of them would get. */
export const preview: DestinationKind<Record<string, never>> = {
  kind: 'preview',
  title: 'Preview',
  settings: z.strictObject({}).describe('Prints what Slack, the sheet, the email and your API would get.'),
  environment: {},
  repeated: () => 'it is printed again.',
  concurrency: 1,
  example: {},
  preview: (message) => {
    const text = renderAll(message);
    return { text, document: { type: 'text', content: text } };
  },
  async open() {
    return {
      async send(message) {
        process.stdout.write(`${renderAll(message)}\n`);
        return { type: 'done', note: 'Printed as a preview; nothing was sent.' };
      },
      async check() {
        return [
          {
            what: 'Destinations',
            state: 'warning',
            finding: 'None is connected: events are printed here as previews.',
            fix: 'Set SLACK_BOT_TOKEN, SHEETS_SPREADSHEET_ID, SMTP_URL or FORWARD_URL, or list destinations in receivers.yaml, and start again.',
          },
        ];
      },
      async close() {},
    };
  },
};

function renderAll(message: Message): string {
  return PREVIEWED.map((kind) => section(kind as DestinationKind, message)).join('\n');
}

function section(kind: DestinationKind, message: Message): string {
  const heading = `── ${kind.title} would get `.padEnd(72, '─');
  const { text } = kind.preview(message, kind.example);
  return `${heading}\n${text.trimEnd()}\n`;
}
