import { z } from 'zod';
import { visible } from '../../base/visible-text.ts';
import type { DestinationKind } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';

/** Its kind, and its name where nobody set it. */
export const PREVIEW_KIND = 'preview';

type PreviewSettings = Record<string, never>;

/** Stands in for real destinations until one is connected: prints what each kind would get. */
export function previewOf(kinds: readonly DestinationKind[]): DestinationKind<PreviewSettings> {
  const render = (message: Message): string => kinds.map((kind) => section(kind, message)).join('\n');
  const variables = kinds.flatMap(({ environment }) => Object.keys(environment).slice(0, 1));
  return {
    kind: PREVIEW_KIND,
    title: 'Preview',
    settings: z.strictObject({}).describe('Prints what each kind of destination would get.'),
    environment: {},
    repeated: () => 'it is printed again.',
    concurrency: 1,
    example: {},
    preview: (message) => {
      const text = render(message);
      return { text, document: { type: 'text', content: text } };
    },
    async open(_settings, { hideSecrets = (text) => text }) {
      return {
        async send(message, { signal }) {
          if (signal.aborted) {
            return { type: 'retry', reason: 'The attempt ended before anything was printed.' };
          }
          process.stdout.write(`${visible(hideSecrets(render(message)))}\n`);
          return { type: 'done', note: 'Printed as a preview; nothing was sent.' };
        },
        async check() {
          return [
            {
              what: 'Destinations',
              state: 'warning',
              finding: 'No destination is connected: events are printed here as previews.',
              fix: `Connect a destination in the console. Or set ${new Intl.ListFormat('en-US', { type: 'disjunction' }).format(variables)}, or list destinations in receivers.yaml, and start again.`,
            },
          ];
        },
        async close() {},
      };
    },
  };
}

function section(kind: DestinationKind, message: Message): string {
  const heading = `── ${kind.title} would get `.padEnd(72, '─');
  const { text } = kind.preview(message, kind.example);
  return `${heading}\n${text.trimEnd()}\n`;
}
