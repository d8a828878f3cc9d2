import type { Check, Destination, SettingName } from '../../contract/destination.ts';
import type { AdviceTable } from '../../outgoing/advice.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import type { Answer } from '../../outgoing/exchange.ts';
import type { AnswerRules } from '../common/answer-outcome.ts';
import { type CheckSettings, exchangeCheck } from '../common/webhook-check.ts';
import { openWebhookDestination, postJson, type Unsure } from '../common/webhook-destination.ts';
import type { SlackMessage } from './blocks.ts';
import { renderMessage } from './render.ts';
import { withoutImages } from './write.ts';

const NEW_WEBHOOK = 'Create a new incoming webhook and set its URL.';
const COPY_AGAIN = 'Copy the incoming webhook’s URL again.';
const REPORT = 'Please report this with the answer below.';

/** What people can do about a refusal. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling-errors */
const ADVICE: AdviceTable = {
  codes: {
    no_service: `The incoming webhook was removed or turned off. ${NEW_WEBHOOK}`,
    no_active_hooks: `The incoming webhook was turned off. ${NEW_WEBHOOK}`,
    no_team: `Slack does not know the workspace. ${COPY_AGAIN}`,
    no_service_id: `The incoming webhook’s URL is not complete. ${COPY_AGAIN}`,
    team_disabled: 'The workspace is turned off.',
    invalid_token: `The incoming webhook’s URL is not valid. ${COPY_AGAIN}`,
    channel_not_found: `The webhook’s channel no longer exists. ${NEW_WEBHOOK}`,
    channel_is_archived:
      'The webhook’s channel is archived. Unarchive it, or create a webhook for another one.',
    action_prohibited: 'An administrator has restricted posting there. Ask them.',
    posting_to_general_channel_denied:
      'Posting to the general channel is restricted. Create a webhook for another channel.',
    user_not_found: `The webhook’s recipient no longer exists. ${NEW_WEBHOOK}`,
    invalid_payload: `Slack does not accept the message. ${REPORT}`,
    invalid_blocks: `Slack does not accept the message’s blocks. ${REPORT}`,
    invalid_attachments: `Slack does not accept the message’s blocks. ${REPORT}`,
    no_text: `Slack finds no text in the message. ${REPORT}`,
  },
  otherwise: 'Check the incoming webhook’s URL, and any proxy on the way.',
};

/** How to read the answers of an incoming webhook: one word in the body. */
const RULES: AnswerRules = { service: 'Slack', advice: ADVICE, errorCode };

/** Opens a Slack destination that has only an incoming webhook: plain messages, which cannot be looked up. */
export function openSlackWebhook(url: string, unsure: Unsure, setting: SettingName): Destination {
  return openWebhookDestination({
    ...RULES,
    url: () => url,
    unsure,
    render: (message) => renderMessage(message, new Map()),
    withoutRefused: withoutRefusedImages,
    check: (http) => checkWebhook(http, url, { unsure, setting }),
  });
}

/**
 * The same message without its images, if Slack refused the blocks: it does so for an image that it cannot fetch.
 * https://github.com/lightdash/lightdash/issues/25797, https://github.com/slackapi/node-slack-sdk/issues/809
 */
function withoutRefusedImages(payload: object, { status, text }: Answer): object | null {
  const refused = /invalid_blocks|invalid_attachments|image failed/.test(text);
  const message = payload as SlackMessage;
  const plainer = withoutImages(message);
  return status === 400 && refused && plainer.blocks.length < message.blocks.length ? plainer : null;
}

/**
 * Posts an empty text, which Slack refuses with `no_text` if the webhook works: nothing appears in the channel.
 * https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
 */
async function checkWebhook(
  http: HttpClient,
  url: string,
  { unsure, setting }: CheckSettings,
): Promise<Check[]> {
  const what = 'Slack webhook';
  const then = unsure === 'repeat' ? 'appear twice' : 'be missing';
  const limits: Check = {
    what,
    state: 'warning',
    finding: `Slack has only an incoming webhook: plain messages without a card, threads and mentions. After a timeout, a message may ${then} (${setting('unsure', unsure)}).`,
    fix: `For the card, create a Slack app from manifest.yaml, and set its token and a channel instead of ${setting('webhookUrl')}.`,
  };
  const exchange = await postJson(http, url, { text: '' });
  const works = (answer: Answer): Check | null =>
    NOTHING_POSTED.includes(errorCode(answer) ?? '')
      ? { what, state: 'ok', finding: 'The incoming webhook works.', fix: null }
      : null;
  const urlSetting = setting('webhookUrl');
  return [limits, exchangeCheck(what, RULES, { exchange, url, works, urlSetting, fix: COPY_AGAIN })];
}

/** How Slack refuses an empty text. */
const NOTHING_POSTED = ['no_text', 'missing_text_or_fallback_or_attachments'];

function errorCode({ text }: Answer): string | null {
  return /^\s*([a-z_]{2,80})\s*$/.exec(text)?.[1] ?? null;
}
