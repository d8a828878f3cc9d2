import { z } from 'zod';

const CHANNEL = /^(?:[CGD][A-Z0-9]{7,}|[\p{Ll}\p{Lo}\p{N}_-]{1,80})$/u;

/** What “Copy link” gives in Slack. */
const LINK = /^https:\/\/[\w.-]+\/archives\/([CGD][A-Z0-9]{7,})/;

const CHANNEL_HINT =
  'Write a channel’s ID, such as C0123456789 (in Slack: the channel’s name, About, at the bottom), or its name, such as #experiments.';

const channels = z
  .union([z.string(), z.array(z.string())], { error: CHANNEL_HINT })
  .transform((value) => [
    ...new Set(
      (typeof value === 'string' ? [value] : value)
        .flatMap((entry) => entry.split(/[,\s]+/))
        .map((entry) => LINK.exec(entry)?.[1] ?? entry.replace(/^#/, ''))
        .filter((entry) => entry !== ''),
    ),
  ])
  .pipe(
    z
      .array(z.string().regex(CHANNEL, CHANNEL_HINT))
      .min(1, CHANNEL_HINT)
      .max(20, 'Name at most 20 channels. Add another destination for more.'),
  );

const ACTORS_HINT =
  'Write Slack user IDs such as U0123456789 (in Slack: a person’s profile, the three dots, Copy member ID), or email addresses.';

const actors = z
  .union([z.string(), z.array(z.string())], { error: ACTORS_HINT })
  .transform((value) => [
    ...new Set(
      (typeof value === 'string' ? [value] : value)
        .flatMap((entry) => entry.split(/[,\s]+/))
        .filter((entry) => entry !== ''),
    ),
  ])
  .pipe(
    z
      .array(z.string().regex(/^(?:[UW][A-Z0-9]{5,}|[^\s@<>]+@[^\s@<>]+)$/, ACTORS_HINT))
      .min(1, ACTORS_HINT)
      .max(200, 'Name at most 200 people.'),
  );

/** The settings of a Slack destination, from receivers.yaml or the environment. */
export const slackSettings = z
  .strictObject({
    token: z
      .string()
      .trim()
      .regex(
        /^xox[\w.-]+$/,
        'Write the app’s bot token, which begins with xoxb- (in Slack: your app, OAuth & Permissions).',
      )
      .optional()
      .describe('The bot token of your Slack app, xoxb-….')
      .meta({ secret: true, main: true }),
    channel: channels
      .optional()
      .describe(
        'The channel, or several as a list or separated by commas: IDs such as C0123456789, or names such as #experiments. An ID still works after the channel is renamed.',
      )
      .meta({ main: true }),
    webhookUrl: z
      .url({
        protocol: /^https?$/,
        error: 'Write the incoming webhook’s URL: https://hooks.slack.com/services/….',
      })
      .optional()
      .describe(
        'Instead of token and channel: the URL of an incoming webhook. It posts plain messages only, which cannot be looked up.',
      )
      .meta({ secret: true }),
    mode: z
      .enum(['card', 'message'], { error: 'Write “card” or “message”.' })
      .optional()
      .describe(
        '“card”: one message per experience that is kept up to date, with each event in its thread. “message”: a message per event. The default is “card” with a token; an incoming webhook can only do “message”.',
      ),
    mentions: z
      .union([z.boolean(), z.stringbool()], { error: 'Write “true” or “false”.' })
      .default(true)
      .describe(
        'Whether the person who caused an event is mentioned as @name, if the token may look people up.',
      ),
    unsure: z
      .enum(['repeat', 'skip'], { error: 'Write “repeat” or “skip”.' })
      .default('repeat')
      .describe(
        'What to do with a message that may have arrived, if Slack’s history cannot be read to find out. “repeat” sends it again (at least once), “skip” does not (at most once).',
      ),
    signingSecret: z
      .string()
      .trim()
      .regex(
        /^\w{16,128}$/,
        'Write the app’s signing secret (in Slack: your app, Basic Information, App Credentials).',
      )
      .optional()
      .describe(
        'Puts a button to pause or resume the experience on reports about its health. The signing secret of your Slack app, with which presses are verified. Set who may press, too.',
      )
      .meta({ secret: true }),
    actors: actors
      .optional()
      .describe(
        'Who may press the buttons, as a list or separated by commas: Slack user IDs such as U0123456789, or the email addresses that people have in Slack.',
      ),
    apiUrl: z
      .url({ protocol: /^https?$/, error: 'Write an address such as https://slack.com/api/.' })
      .default('https://slack.com/api/')
      .describe(
        'The address of Slack’s Web API. Another one for GovSlack (https://slack-gov.com/api/), tests and proxies.',
      ),
  })
  .superRefine(({ token, channel, webhookUrl, mode, signingSecret, actors: who }, context) => {
    const fault = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (webhookUrl === undefined && token === undefined) {
      fault('token', 'Set the bot token and a channel, or the URL of an incoming webhook.');
    } else if (webhookUrl === undefined && channel === undefined) {
      fault('channel', `Set the channel to post to. ${CHANNEL_HINT}`);
    } else if (webhookUrl !== undefined && (token !== undefined || channel !== undefined)) {
      fault('webhookUrl', 'Set either token and channel or the incoming webhook’s URL, not both.');
    } else if (webhookUrl !== undefined && mode === 'card') {
      fault(
        'mode',
        'An incoming webhook cannot update a card. Leave the mode out, or set token and channel.',
      );
    }
    if (signingSecret !== undefined && webhookUrl !== undefined) {
      fault('signingSecret', 'Buttons need a token and a channel. Leave it out for an incoming webhook.');
    } else if (signingSecret !== undefined && who === undefined) {
      fault('actors', `Set who may press the buttons. ${ACTORS_HINT}`);
    } else if (signingSecret === undefined && who !== undefined) {
      fault('signingSecret', 'Set the app’s signing secret too, or leave out who may press the buttons.');
    }
  });

export type SlackSettings = z.infer<typeof slackSettings>;
