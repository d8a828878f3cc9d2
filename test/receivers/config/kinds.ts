import { z } from 'zod';
import type { DestinationKind } from '../../../receivers/contract/destination.ts';

function kindOf(kind: string, settings: z.ZodType, environment: Record<string, string>): DestinationKind {
  return {
    kind,
    title: kind,
    settings,
    environment,
    repeated: () => '',
    concurrency: 1,
    example: {},
    preview: () => ({ text: '', document: { type: 'text', content: '' } }),
    open: () => Promise.reject(new Error('Nothing is opened while settings are read.')),
  };
}

/** Kinds of destinations that only have settings, to be independent of what the real ones want. */
export const KINDS: readonly DestinationKind[] = [
  kindOf(
    'chat',
    z.strictObject({
      token: z
        .string()
        .regex(/^tok-/, 'Write the token, which begins with tok-.')
        .describe('The token.')
        .meta({ secret: true }),
      channel: z.string().describe('The channel.'),
      rate: z.coerce.number().max(10).default(5).describe('How fast.'),
    }),
    { CHAT_TOKEN: 'token', CHAT_CHANNEL: 'channel', CHAT_RATE: 'rate' },
  ),
  kindOf('table', z.strictObject({ sheet: z.string().describe('Which sheet.') }), { TABLE_SHEET: 'sheet' }),
  kindOf('preview', z.strictObject({}), {}),
];
