import { createHmac } from 'node:crypto';
import type { SlackMessage } from './workspace.ts';

/** The signing secret of the fake's app. */
export const FAKE_SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';

export interface PressOptions {
  /** Where Slack posts presses: the app's Request URL. */
  url: string;
  /** The label of the button. */
  label: string;
  /** The ID of the user who presses. */
  user: string;
  /** Default: the fake's own. */
  signingSecret?: string;
  /** The time of the request's signature, milliseconds since 1970. Default: now. */
  signedAt?: number;
  /** Changes the payload before it is signed. */
  change?(payload: Record<string, unknown>): Record<string, unknown>;
  /** Identifies the press. Default: a new one. */
  triggerId?: string;
}

let presses = 0;

/**
 * Posts what Slack posts when a button is pressed: a form with one field, signed.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload and
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function postPress(
  message: SlackMessage,
  options: PressOptions,
  { origin, now }: { origin: string; now(): number },
): Promise<Response> {
  const { url, label, user, signingSecret = FAKE_SIGNING_SECRET, change = (payload) => payload } = options;
  const button = buttonsOf(message).find(({ text }) => text.text === label);
  if (button === undefined) {
    throw new Error(`The message has no button “${label}”.`);
  }
  presses += 1;
  const payload = change({
    type: 'block_actions',
    user: { id: user, username: 'maya', name: 'maya', team_id: 'T0123456789' },
    api_app_id: 'A0123456789',
    token: 'verification-token-that-nobody-uses',
    container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false },
    trigger_id: options.triggerId ?? `${presses}.98765.abcd2358fdea`,
    team: { id: 'T0123456789', domain: 'alpine-goods' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: message.channel, name: 'experiments' },
    message: { type: 'message', ts: message.ts, text: message.text, blocks: message.blocks },
    state: { values: {} },
    response_url: `${origin}/actions/T0123456789/${presses}/${user}`,
    actions: [{ type: 'button', block_id: 'Xy1', action_ts: `${now() / 1000}`, ...button }],
  });
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const time = Math.floor((options.signedAt ?? now()) / 1000);
  const signature = createHmac('sha256', signingSecret).update(`v0:${time}:${body}`).digest('hex');
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(time),
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  });
}

interface Button {
  action_id: string;
  text: { text: string };
  value?: string;
  confirm?: { text: { text: string } };
}

/** The buttons of a message. */
export function buttonsOf({ blocks }: SlackMessage): Button[] {
  return blocks.flatMap(({ type, elements }) => (type === 'actions' ? (elements as Button[]) : []));
}
