import { z } from 'zod';
import { unsureSetting } from '../common/settings.ts';

/** The settings of a Microsoft Teams destination. */
export const teamsSettings = z.strictObject({
  webhookUrl: z
    .url({
      protocol: /^https?$/,
      error:
        'Write the workflow’s URL (in the channel: …, Workflows, “Post to a channel when a webhook request is received”).',
    })
    .describe('The URL of the channel’s workflow “Post to a channel when a webhook request is received”.')
    .meta({ secret: true }),
  unsure: unsureSetting,
});

export type TeamsSettings = z.infer<typeof teamsSettings>;
