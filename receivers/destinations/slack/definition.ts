import type { DestinationKind } from '../../contract/destination.ts';
import { repeatedUnasked } from '../common/settings.ts';
import { previewSlack } from './preview.ts';
import { type SlackSettings, slackSettings } from './settings.ts';

const SLACK_API = 'https://slack.com/api/';

/** Slack: a card per experience that is kept up to date, or a message per event. */
export const slack: DestinationKind<SlackSettings> = {
  kind: 'slack',
  title: 'Slack',
  settings: slackSettings,
  environment: {
    SLACK_BOT_TOKEN: 'token',
    SLACK_CHANNEL: 'channel',
    SLACK_WEBHOOK_URL: 'webhookUrl',
    SLACK_MODE: 'mode',
    SLACK_MENTIONS: 'mentions',
    SLACK_UNSURE: 'unsure',
    SLACK_SIGNING_SECRET: 'signingSecret',
    SLACK_ACTORS: 'actors',
    SLACK_API_URL: 'apiUrl',
  },
  repeated: ({ webhookUrl, unsure }) =>
    webhookUrl === undefined
      ? `it is found in the channel’s history and not sent again. If the token may not read the history, ${unsure === 'repeat' ? 'it appears twice' : 'a message that only may have arrived is not sent again either'}.`
      : repeatedUnasked('an incoming webhook', unsure),
  concurrency: 3,
  preview: previewSlack,
  example: {
    token: 'xoxb-your-token',
    channel: ['C0123456789'],
    mentions: true,
    unsure: 'repeat',
    apiUrl: SLACK_API,
  },
  async choices({ token, apiUrl = SLACK_API }, field, services) {
    if (field !== 'channel' || typeof token !== 'string' || typeof apiUrl !== 'string') {
      return [];
    }
    const { channelChoices } = await import('./choices.ts');
    return channelChoices({ token: token.trim(), apiUrl }, services);
  },
  async open(settings, services) {
    const { token, channel, webhookUrl, unsure } = settings;
    if (webhookUrl !== undefined) {
      const { openSlackWebhook } = await import('./webhook.ts');
      return openSlackWebhook(webhookUrl, unsure, services.setting);
    }
    if (token === undefined || channel === undefined) {
      throw new TypeError('A Slack destination needs a token and a channel, or a webhook URL.');
    }
    const { SlackDestination } = await import('./send.ts');
    return new SlackDestination({ ...settings, token, channel }, services);
  },
};
