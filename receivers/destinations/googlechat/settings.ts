import { z } from 'zod';
import { unsureSetting } from '../common/settings.ts';

const URL_HINT =
  'Write the webhook’s whole URL: https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=… (in the space: its name, Apps & integrations, Webhooks).';

/** The settings of a Google Chat destination. */
export const googleChatSettings = z.strictObject({
  webhookUrl: z
    .url({ protocol: /^https?$/, error: URL_HINT })
    .refine(isComplete, URL_HINT)
    .describe('The URL of the space’s webhook: https://chat.googleapis.com/v1/spaces/….')
    .meta({ secret: true }),
  unsure: unsureSetting,
});

export type GoogleChatSettings = z.infer<typeof googleChatSettings>;

/** A URL that was cut off at an “&”, as shells do, lacks the token. */
function isComplete(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return (
    url === null ||
    url.hostname !== 'chat.googleapis.com' ||
    (url.searchParams.has('key') && url.searchParams.has('token'))
  );
}
