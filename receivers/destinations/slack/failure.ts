import { type AdviceTable, adviceFor } from '../../outgoing/advice.ts';
import type { Failure as NoAnswer } from '../../outgoing/exchange.ts';
import { notTheService, rateLimitWords, statusWords } from '../common/answer-outcome.ts';

/** Why a call to Slack failed, in words for people, and what it means for the delivery. */
export interface Failure {
  /** Slack's own name of it, such as `channel_not_found`; otherwise the kind of failure. */
  code: string;
  kind: 'permanent' | 'temporary' | 'rate limited';
  /** The call may have had its effect all the same. */
  uncertain: boolean;
  /** Sentences, with the next step if there is one. No secrets. */
  reason: string;
  /** How long Slack asked to wait, in milliseconds. */
  delayMs?: number;
  /** What Slack answered, at most 1,024 characters. */
  answer?: string;
}

const REPORT = 'Please report this with the answer below.';
const ASK_ADMINISTRATOR = 'Ask an administrator of the workspace.';
const REINSTALL = 'Install the app again and set its new token.';

/** What people can do about an error that does not go away by itself. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const ADVICE: AdviceTable = {
  codes: {
    invalid_auth:
      'Slack does not accept the token. Copy the bot token again (your app, OAuth & Permissions).',
    not_authed: 'Slack received no token. Set the bot token.',
    account_inactive: `The app was removed from the workspace. ${REINSTALL}`,
    token_revoked: `The token was revoked. ${REINSTALL}`,
    token_expired:
      'The token has expired. Turn off token rotation in the app’s settings, or set a new token.',
    not_allowed_token_type: 'The token is of the wrong type. Set the bot token, which begins with xoxb-.',
    no_permission: 'The token lacks a permission. Install the app again with the scopes of manifest.yaml.',
    channel_not_found:
      'Slack does not know the channel, or the app cannot see it. Check its name or ID. If the channel is private, invite the app first: /invite @the-app.',
    not_in_channel: 'The app is not a member of the channel. Invite it there: /invite @the-app.',
    is_archived: 'The channel is archived. Unarchive it, or set another channel.',
    restricted_action: `The workspace does not allow the app to post in this channel. ${ASK_ADMINISTRATOR}`,
    restricted_action_read_only_channel:
      'The channel is read-only. Allow the app to post there, or set another channel.',
    restricted_action_thread_locked: 'The card’s thread is locked. Unlock it in Slack.',
    restricted_action_non_threadable_channel: 'The channel allows no threads. Set the mode to “message”.',
    restricted_action_thread_only_channel: 'The channel allows only replies. Set another channel.',
    ekm_access_denied: `The workspace’s administrators have suspended posting. ${ASK_ADMINISTRATOR}`,
    team_access_not_granted: `The app has no access to this workspace. ${ASK_ADMINISTRATOR}`,
    access_denied: `Slack denies the app access. ${ASK_ADMINISTRATOR}`,
    enterprise_is_restricted: `The organization does not allow it. ${ASK_ADMINISTRATOR}`,
    team_added_to_org: `The workspace has joined an organization. ${REINSTALL}`,
    invalid_blocks: `Slack does not accept the message’s blocks. ${REPORT}`,
    invalid_blocks_format: `Slack does not accept the message’s blocks. ${REPORT}`,
    invalid_attachments: `Slack does not accept the message’s blocks. ${REPORT}`,
    msg_too_long: `Slack finds the message too long. ${REPORT}`,
    msg_blocks_too_long: `Slack finds the message too long. ${REPORT}`,
    no_text: `Slack finds no text in the message. ${REPORT}`,
    invalid_arguments: `Slack does not accept the request. ${REPORT}`,
    invalid_metadata_format: `Slack does not accept the message’s metadata. ${REPORT}`,
    invalid_metadata_schema: `Slack does not accept the message’s metadata. ${REPORT}`,
    metadata_too_large: `Slack finds the message’s metadata too large. ${REPORT}`,
    metadata_must_be_sent_from_app:
      'Slack accepts metadata only from apps. Set the bot token of a Slack app, xoxb-….',
    unknown_method:
      'The address of Slack’s API does not know the method. Check that address in the settings.',
  },
  otherwise: '',
};

/** Errors after which part of the work may have been done, or that do not say. */
const UNCLEAR = ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable'];

/** A limit that is reported with `ok: false` instead of status 429. */
const RATE_LIMITS = ['ratelimited', 'rate_limited', 'message_limit_exceeded'];

/** Reads an answer with `ok: false`; one without Slack's `error` is not Slack's. */
export function platformFailure(data: {
  error?: unknown;
  needed?: unknown;
  response_metadata?: { messages?: unknown };
}): Failure {
  const code = typeof data.error === 'string' && /^[a-z_]{1,80}$/.test(data.error) ? data.error : null;
  if (code === null) {
    return notSlack();
  }
  const { messages } = data.response_metadata ?? {};
  const details = Array.isArray(messages) ? { messages: messages.slice(0, 5) } : {};
  const answer = JSON.stringify({ ok: false, error: code, ...details }).slice(0, 1024);
  if (RATE_LIMITS.includes(code)) {
    return { ...rateLimited(null), answer };
  }
  if (code === 'missing_scope') {
    const needed = typeof data.needed === 'string' ? data.needed : 'one more';
    const reason = `The token lacks the scope ${needed}. Add it to the app (OAuth & Permissions) and install the app again.`;
    return { code, kind: 'permanent', uncertain: false, reason, answer };
  }
  const advice = adviceFor(ADVICE, code, null);
  return advice === ''
    ? {
        code,
        kind: 'temporary',
        uncertain: UNCLEAR.includes(code),
        reason: `Slack answered “${code}”.`,
        answer,
      }
    : { ...refused(code), answer };
}

/** A refusal by Slack's own error code, as Slack itself would answer it. */
export function refused(code: string): Failure {
  return { code, kind: 'permanent', uncertain: false, reason: `${adviceFor(ADVICE, code, null)} (${code})` };
}

/** Slack limits the calls. `delayMs` is the wait it asked for; null if it did not say, which leaves it to the queue. */
export function rateLimited(delayMs: number | null): Failure {
  return {
    code: 'ratelimited',
    kind: 'rate limited',
    uncertain: false,
    reason: rateLimitWords('Slack', delayMs),
    ...(delayMs === null ? {} : { delayMs }),
  };
}

/** An HTTP status that is neither 200 nor 429. */
export function httpFailure(status: number): Failure {
  const permanent = status >= 400 && status < 500 && status !== 408 && status !== 425;
  return {
    code: `http_${status}`,
    kind: permanent ? 'permanent' : 'temporary',
    uncertain: !permanent,
    reason: permanent
      ? `The address of Slack’s API answered HTTP ${status}. Check that address in the settings, and any proxy on the way.`
      : statusWords('Slack', status),
  };
}

/** There was no answer. A redirect needs a person. */
export function networkFailure({ kind, mayHaveArrived, reason }: NoAnswer): Failure {
  const permanent = kind === 'redirect' || kind === 'invalid request';
  return {
    code: kind,
    kind: permanent ? 'permanent' : 'temporary',
    uncertain: mayHaveArrived && !permanent,
    reason,
  };
}

/** Something else answered, such as a sign-in page of the network. */
export function notSlack(): Failure {
  return { code: 'not_slack', kind: 'temporary', uncertain: true, reason: notTheService('Slack') };
}
