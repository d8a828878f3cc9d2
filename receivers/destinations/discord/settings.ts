import { z } from 'zod';
import { unsureSetting } from '../common/settings.ts';

/** The settings of a Discord destination. */
export const discordSettings = z.strictObject({
  webhookUrl: z
    .url({
      protocol: /^https?$/,
      error: 'Write the webhook’s URL: https://discord.com/api/webhooks/… (channel, Integrations, Webhooks).',
    })
    .refine((url) => !/\/(slack|github)\/?(\?.*)?$/.test(url), {
      error: 'Leave out /slack or /github at its end: these are for the messages of Slack and GitHub.',
    })
    .describe('The URL of the channel’s webhook: https://discord.com/api/webhooks/….')
    .meta({ secret: true }),
  threadId: z
    .string()
    .regex(
      /^\d{15,25}$/,
      'Write the thread’s ID, digits only (Discord: Developer Mode on, then Copy Thread ID).',
    )
    .optional()
    .describe('Post into this thread of the channel. Needed for a forum channel.'),
  unsure: unsureSetting,
});

export type DiscordSettings = z.infer<typeof discordSettings>;
