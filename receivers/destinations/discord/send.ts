import { boundedDelay } from '../../../shared/retry-after.ts';
import type { Check, Destination, Services } from '../../contract/destination.ts';
import type { AdviceTable } from '../../outgoing/advice.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import type { Answer } from '../../outgoing/exchange.ts';
import { type AnswerRules, isPage, requestedDelay } from '../common/answer-outcome.ts';
import { type CheckSettings, exchangeCheck, unsureWords } from '../common/webhook-check.ts';
import { openWebhookDestination } from '../common/webhook-destination.ts';
import { type DiscordMessage, renderDiscord } from './render.ts';
import type { DiscordSettings } from './settings.ts';

const COPY_AGAIN = 'Copy the URL again: in the channel’s settings, Integrations, Webhooks.';

/** What people can do about a refusal. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const ADVICE: AdviceTable = {
  codes: {
    10003:
      'The channel or thread no longer exists. Check the thread’s ID, or create a new webhook and set its URL.',
    10015: 'The webhook was deleted. Create a new one in the channel’s settings and set its URL.',
    50006: 'Discord finds the message empty. Please report this.',
    50013: 'The webhook lacks a permission in the channel. Ask an administrator of the server.',
    50027: `The webhook’s token is not valid. ${COPY_AGAIN}`,
    50035: 'Discord does not accept the message. Please report this with the answer below.',
    50083: 'The thread is archived. Reopen it, or set another one.',
    160005: 'The thread is locked. Unlock it, or set another one.',
    220001: 'A forum channel’s webhook posts into threads only. Set the thread’s ID.',
  },
  statuses: {
    401: `The webhook’s URL is not valid. ${COPY_AGAIN}`,
    404: `Discord does not know the webhook. ${COPY_AGAIN}`,
  },
  otherwise: 'Check the webhook’s URL, and any proxy on the way.',
};

/** How to read the answers of Discord. */
const RULES: AnswerRules = {
  service: 'Discord',
  advice: ADVICE,
  errorCode: (answer) => fields(answer).code,
  delayMs: (answer) => {
    const seconds = fields(answer).retryAfter;
    const inBody = seconds === null ? null : boundedDelay(seconds * 1000);
    const inHeader = requestedDelay(answer);
    return inBody === null || inHeader === null ? (inBody ?? inHeader) : Math.max(inBody, inHeader);
  },
  accepted: (answer) => JSON.stringify({ id: fields(answer).id ?? undefined }),
};

/** Opens a Discord destination: an embed per event, posted to a channel's webhook. */
export function openDiscord(
  { webhookUrl, threadId, unsure }: DiscordSettings,
  { setting }: Services,
): Destination {
  const url = new URL(webhookUrl);
  url.searchParams.set('wait', 'true');
  if (threadId !== undefined) {
    url.searchParams.set('thread_id', threadId);
  }
  return openWebhookDestination({
    ...RULES,
    url: () => url.href,
    unsure,
    render: renderDiscord,
    withoutRefused: withoutRefusedImage,
    check: async (http) => [await checkWebhook(http, webhookUrl, { unsure, setting })],
  });
}

/** A message without the chart, if Discord refused the chart's address. */
function withoutRefusedImage(payload: object, answer: Answer): object | null {
  const message = payload as DiscordMessage;
  const [{ image, ...embed }] = message.embeds;
  const isRefused = fields(answer).code === 50035 && /"image"/.test(answer.text);
  return image !== undefined && isRefused ? { ...message, embeds: [embed] } : null;
}

/** Asks Discord for the webhook itself, which its URL allows. */
async function checkWebhook(
  http: HttpClient,
  webhookUrl: string,
  { unsure, setting }: CheckSettings,
): Promise<Check> {
  const what = 'Discord webhook';
  const { origin, pathname } = new URL(webhookUrl);
  const url = `${origin}${pathname}`;
  const finding = `Posts a message per event. ${unsureWords('Discord', unsure, setting)}`;
  const exchange = await http.request({ url });
  const works = (answer: Answer): Check | null =>
    answer.status === 200 && !isPage(answer) ? { what, state: 'ok', finding, fix: null } : null;
  return exchangeCheck(what, RULES, {
    exchange,
    url,
    works,
    urlSetting: setting('webhookUrl'),
    fix: COPY_AGAIN,
  });
}

/** What is used of an answer; null for a field that is missing. */
function fields({ text }: Answer): { code: number | null; id: string | null; retryAfter: number | null } {
  let parsed: { code?: unknown; id?: unknown; retry_after?: unknown } | null = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not from Discord itself, or empty.
  }
  const { code, id, retry_after } = parsed ?? {};
  return {
    code: typeof code === 'number' ? code : null,
    id: typeof id === 'string' ? id : null,
    retryAfter: typeof retry_after === 'number' && Number.isFinite(retry_after) ? retry_after : null,
  };
}
