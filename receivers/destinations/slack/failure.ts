import { describeNetworkFailure } from '../common/network.ts';

/** Why a call to Slack failed, in words for people, and what it means for the delivery. */
export interface Failure {
  /** Slack's own name of it, such as `channel_not_found`; else what sort it is. */
  code: string;
  kind: 'permanent' | 'temporary' | 'rate limited';
  /** The call may have had its effect all the same. */
  uncertain: boolean;
  /** A sentence, with the next step where there is one; no secrets. */
  reason: string;
  /** Slack asked to wait this many milliseconds. */
  delayMs?: number;
  /** What Slack answered, at most 1,024 characters. */
  answer?: string;
}

/** What a person does about an error that does not go away by itself. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const PERMANENT: Readonly<Record<string, string>> = {
  invalid_auth: 'Slack does not accept the token. Copy the bot token again (your app, OAuth & Permissions).',
  not_authed: 'Slack got no token. Set the bot token.',
  account_inactive:
    'The token’s app was removed from the workspace. Install the app again and set its new token.',
  token_revoked: 'The token was revoked. Install the app again and set its new token.',
  token_expired: 'The token has expired. Turn token rotation off in the app’s settings, or set a new token.',
  not_allowed_token_type: 'The token is of the wrong type. Set the bot token, which begins with xoxb-.',
  no_permission: 'The token lacks the permission. Install the app again with the scopes of manifest.yaml.',
  channel_not_found:
    'Slack knows no such channel, or the app cannot see it. Check the channel’s ID; in a private channel, invite the app first: /invite @the-app.',
  not_in_channel: 'The app is no member of the channel. Invite it there: /invite @the-app.',
  is_archived: 'The channel is archived. Unarchive it, or set another channel.',
  restricted_action:
    'The workspace’s rules forbid the app to post in this channel. Ask an administrator of the workspace.',
  restricted_action_read_only_channel:
    'The channel is read-only. Let the app post there, or set another channel.',
  restricted_action_thread_locked: 'The card’s thread is locked. Unlock it in Slack.',
  restricted_action_non_threadable_channel: 'The channel allows no threads. Set the mode to “message”.',
  restricted_action_thread_only_channel: 'The channel allows replies only. Set another channel.',
  ekm_access_denied: 'The workspace’s administrators have suspended posting. Ask them.',
  team_access_not_granted: 'The app is not granted access to this workspace. Ask an administrator.',
  access_denied: 'Slack denies the app access. Ask an administrator of the workspace.',
  enterprise_is_restricted: 'The organization’s rules forbid it. Ask an administrator of the workspace.',
  invalid_blocks: 'Slack does not accept the message’s blocks. Please report this with the answer below.',
  invalid_blocks_format:
    'Slack does not accept the message’s blocks. Please report this with the answer below.',
  msg_too_long: 'Slack finds the message too long. Please report this.',
  msg_blocks_too_long: 'Slack finds the message too long. Please report this.',
  no_text: 'Slack finds no text in the message. Please report this.',
  invalid_arguments: 'Slack does not accept the request. Please report this with the answer below.',
  invalid_metadata_format: 'Slack does not accept the message’s metadata. Please report this.',
  invalid_metadata_schema: 'Slack does not accept the message’s metadata. Please report this.',
  metadata_too_large: 'Slack finds the message’s metadata too large. Please report this.',
  metadata_must_be_sent_from_app:
    'Slack takes metadata only from apps. Set the bot token of a Slack app, xoxb-….',
  unknown_method: 'The address of Slack’s API knows no such method. Check that address in the settings.',
};

/** Errors after which Slack says that parts may have been done, or that leave it open. */
const UNCLEAR = ['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable'];

const RATE_LIMITS = ['ratelimited', 'rate_limited'];

interface SlackErrorLike extends Error {
  code?: string;
  data?: {
    error?: unknown;
    needed?: unknown;
    provided?: unknown;
    response_metadata?: { messages?: unknown };
  };
  statusCode?: number;
  retryAfter?: number;
}

/** Reads what `@slack/web-api` throws. */
export function slackFailure(error: unknown): Failure {
  const known = error as SlackErrorLike;
  switch (known.code) {
    case 'slack_webapi_platform_error':
      return platformFailure(known.data ?? {});
    case 'slack_webapi_rate_limited_error':
      return rateLimited(known.retryAfter ?? null);
    case 'slack_webapi_http_error':
      return httpFailure(known.statusCode ?? 0);
    default:
      return networkFailure(error);
  }
}

/** Slack's limit was met. `seconds` as in Retry-After; null where it is not told. */
export function rateLimited(seconds: number | null): Failure {
  return {
    code: 'ratelimited',
    kind: 'rate limited',
    uncertain: false,
    reason: `Slack takes no more messages for now${seconds === null ? '' : `; it asked to wait ${seconds} s`}.`,
    ...(seconds === null ? {} : { delayMs: seconds * 1000 }),
  };
}

/** An HTTP status that is neither 200 nor 429. */
export function httpFailure(status: number): Failure {
  const permanent = status >= 400 && status < 500 && status !== 408;
  return {
    code: `http_${status}`,
    kind: permanent ? 'permanent' : 'temporary',
    uncertain: !permanent,
    reason: permanent
      ? `Slack’s address answered HTTP ${status}. Check the address in the settings, and any proxy on the way.`
      : `Slack answered HTTP ${status}.`,
  };
}

/** The request failed on its way. */
export function networkFailure(error: unknown): Failure {
  return { kind: 'temporary', ...describeNetworkFailure('Slack', error) };
}

function platformFailure(data: NonNullable<SlackErrorLike['data']>): Failure {
  const code = typeof data.error === 'string' && /^[a-z_]{1,80}$/.test(data.error) ? data.error : null;
  if (code === null) {
    const reason =
      'Something other than Slack answered. Check the address of its API in the settings, and any proxy on the way.';
    return { code: 'not_slack', kind: 'temporary', uncertain: true, reason };
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
  const advice = PERMANENT[code];
  if (advice !== undefined) {
    return { code, kind: 'permanent', uncertain: false, reason: `${advice} (${code})`, answer };
  }
  const uncertain = UNCLEAR.includes(code);
  return { code, kind: 'temporary', uncertain, reason: `Slack answered “${code}”.`, answer };
}
