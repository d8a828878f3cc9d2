import type { Attempt, Check, Destination, SettingName } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type Posted, postJson } from '../common/post.ts';
import type { Unsure } from '../common/webhook-destination.ts';
import { type Failure, httpFailure, rateLimited } from './failure.ts';
import { retryDetails } from './outcome.ts';
import { renderMessage } from './render.ts';

/** What incoming webhooks answer in words. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling-errors */
const PERMANENT: Readonly<Record<string, string>> = {
  no_service: 'The incoming webhook was removed or switched off. Make a new one and set its URL.',
  no_active_hooks: 'The incoming webhook was switched off. Make a new one and set its URL.',
  no_team: 'Slack knows no such workspace. Copy the incoming webhook’s URL again.',
  team_disabled: 'The workspace is switched off.',
  invalid_token: 'The incoming webhook’s URL is not valid. Copy it again.',
  channel_not_found: 'The webhook’s channel no longer exists. Make a new incoming webhook and set its URL.',
  channel_is_archived: 'The webhook’s channel is archived. Unarchive it, or make a webhook for another one.',
  action_prohibited: 'An administrator has restricted posting there. Ask them.',
  posting_to_general_channel_denied:
    'Posting to the general channel is restricted. Make a webhook for another one.',
  user_not_found: 'The webhook’s recipient no longer exists. Make a new incoming webhook and set its URL.',
  invalid_payload: 'Slack does not accept the message. Please report this.',
  no_text: 'Slack finds no text in the message. Please report this.',
};

/** A Slack destination that has only an incoming webhook: plain messages, and no way to look whether one arrived. */
export class WebhookDestination implements Destination {
  #url: string;
  #unsure: Unsure;
  #setting: SettingName;

  constructor(url: string, unsure: Unsure, setting: SettingName) {
    this.#url = url;
    this.#unsure = unsure;
    this.#setting = setting;
  }

  async send(message: Message, { uncertain, signal }: Attempt): Promise<Outcome> {
    if (uncertain && this.#unsure === 'skip') {
      return {
        type: 'done',
        note: 'May have arrived, and was not repeated: an incoming webhook cannot look.',
      };
    }
    const failure = await this.#post(message, signal);
    if (failure === null) {
      return { type: 'done', answer: 'ok' };
    }
    const { reason, answer, kind } = failure;
    const details = answer === undefined ? {} : { answer };
    return kind === 'permanent'
      ? { type: 'dead', reason, ...details }
      : { type: 'retry', reason, ...details, ...retryDetails([failure]) };
  }

  async check(): Promise<Check[]> {
    return [
      {
        what: 'Slack webhook',
        state: 'warning',
        finding: `Slack has only an incoming webhook: plain messages without a card, threads and mentions, and after a time-out a message may ${this.#unsure === 'repeat' ? 'come twice' : 'be missing'} (${this.#setting('unsure', this.#unsure)}).`,
        fix: `For the living card make a Slack app from manifest.yaml, then set its token and a channel in place of ${this.#setting('webhookUrl')}.`,
      },
    ];
  }

  async close(): Promise<void> {}

  async #post(message: Message, signal: AbortSignal): Promise<Failure | null> {
    const posted = await postJson('Slack', this.#url, renderMessage(message, new Map()), signal);
    return posted.answered ? webhookFailure(posted) : { kind: 'temporary', ...posted.failure };
  }
}

function webhookFailure({ status, body, retryAfterMs }: Posted & { answered: true }): Failure | null {
  if (status >= 200 && status < 300) {
    return null;
  }
  if (status === 429) {
    return rateLimited(retryAfterMs === null ? null : retryAfterMs / 1000);
  }
  const advice = Object.hasOwn(PERMANENT, body) ? PERMANENT[body] : undefined;
  return advice === undefined
    ? { ...httpFailure(status), answer: body }
    : { code: body, kind: 'permanent', uncertain: false, reason: `${advice} (${body})`, answer: body };
}
