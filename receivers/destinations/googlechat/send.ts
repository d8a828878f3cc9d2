import { setTimeout as delay } from 'node:timers/promises';
import type { Check, Destination, Services } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { AdviceTable } from '../../outgoing/advice.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import type { Answer } from '../../outgoing/exchange.ts';
import type { AnswerRules } from '../common/answer-outcome.ts';
import { type CheckSettings, exchangeCheck, unsureWords } from '../common/webhook-check.ts';
import { openWebhookDestination } from '../common/webhook-destination.ts';
import { renderGoogleChat } from './render.ts';
import type { GoogleChatSettings } from './settings.ts';

const COPY_AGAIN = 'Copy the webhook’s URL again: in the space, its name, Apps & integrations, Webhooks.';

/**
 * What people can do about a refusal, by the reason or the status in Google's error.
 * https://github.com/ericferon/glpi-webhook/issues/30, https://github.com/kyverno/policy-reporter/issues/332
 */
const ADVICE: AdviceTable = {
  codes: {
    API_KEY_INVALID: `The key in the webhook’s URL is not valid. ${COPY_AGAIN}`,
    PERMISSION_DENIED: `The token in the webhook’s URL is missing or not valid, or the webhook was deleted. ${COPY_AGAIN}`,
    UNAUTHENTICATED: `The webhook’s URL is not complete. ${COPY_AGAIN}`,
    NOT_FOUND: 'The space or its webhook no longer exists. Create a new webhook and set its URL.',
    INVALID_ARGUMENT: 'Google Chat does not accept the message. Please report this with the answer below.',
    FAILED_PRECONDITION:
      'Google Chat does not allow it. Ask an administrator whether webhooks are allowed in the organization.',
  },
  statuses: { 404: `Google Chat does not know the webhook. ${COPY_AGAIN}` },
  otherwise: 'Check the webhook’s URL, and any proxy on the way.',
};

/** How to read the answers of Google Chat. */
const RULES: AnswerRules = {
  service: 'Google Chat',
  advice: ADVICE,
  errorCode,
  accepted: ({ text }) =>
    JSON.stringify({ name: /"name":\s*"(spaces\/[^"]+\/messages\/[^"]+)"/.exec(text)?.[1] }),
};

/**
 * A space takes one message a second from all webhooks together (https://developers.google.com/workspace/chat/limits).
 * The rest is for requests that take different times on their way.
 */
const SPACING_MS = 1_200;

/** Opens a Google Chat destination: a card per event in a thread per experience, posted to a space's webhook. */
export function openGoogleChat(
  { webhookUrl, unsure }: GoogleChatSettings,
  { setting, sharers = () => 1 }: Services,
): Destination {
  const destination = openWebhookDestination({
    ...RULES,
    url: (message) => urlFor(webhookUrl, message),
    unsure,
    render: renderGoogleChat,
    check: async (http) => [await checkWebhook(http, webhookUrl, { unsure, setting })],
  });
  let next = 0;
  return {
    ...destination,
    async send(message, attempt) {
      const now = performance.now();
      const wait = Math.max(0, next - now);
      next = now + wait + SPACING_MS * sharers();
      // An attempt that ends meanwhile sends nothing: the client refuses its request.
      await delay(wait, undefined, { signal: attempt.signal }).catch(() => {});
      return destination.send(message, attempt);
    },
  };
}

/**
 * Where a message is posted. `requestId` lets Google recognize a repeated message; it does not promise that for
 * webhooks. https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
 */
function urlFor(webhookUrl: string, { key, experienceKey }: Message): string {
  const url = new URL(webhookUrl);
  url.searchParams.set('requestId', key);
  if (experienceKey !== null) {
    url.searchParams.set('messageReplyOption', 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD');
  }
  return url.href;
}

/**
 * Finds out whether the webhook's address answers. A webhook may only post, so that reading is refused; only a wrong
 * key is noticed.
 */
async function checkWebhook(
  http: HttpClient,
  url: string,
  { unsure, setting }: CheckSettings,
): Promise<Check> {
  const what = 'Google Chat webhook';
  const finding = `Google Chat answers; whether the webhook works shows only when a message is posted. ${unsureWords('Google Chat', unsure, setting)}`;
  const exchange = await http.request({ url });
  const works = (answer: Answer): Check | null =>
    (answer.status >= 300 && answer.status < 400) || errorCode(answer) === 'API_KEY_INVALID'
      ? null
      : { what, state: 'ok', finding, fix: null };
  return exchangeCheck(what, RULES, {
    exchange,
    url,
    works,
    urlSetting: setting('webhookUrl'),
    fix: COPY_AGAIN,
  });
}

/** `API_KEY_INVALID` of the details, else `PERMISSION_DENIED` and the like. */
function errorCode({ text }: Answer): string | null {
  const reason = /"reason":\s*"([A-Z_]+)"/.exec(text)?.[1];
  return reason ?? /"status":\s*"([A-Z_]+)"/.exec(text)?.[1] ?? null;
}
