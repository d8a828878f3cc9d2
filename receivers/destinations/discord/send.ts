import type { Check, Destination, Services, SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { describeNetworkFailure } from '../common/network.ts';
import type { Posted } from '../common/post.ts';
import { statusOutcome, type Unsure, webhookDestination } from '../common/webhook-destination.ts';
import { renderDiscord } from './render.ts';
import type { DiscordSettings } from './settings.ts';

/** What a person does about Discord's error codes. https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
const PERMANENT: Readonly<Record<number, string>> = {
  10003:
    'The channel or thread no longer exists. Check the thread’s ID, or make a new webhook and set its URL.',
  10015: 'The webhook was deleted. Make a new one in the channel’s settings and set its URL.',
  50027: 'The webhook’s URL is not complete. Copy it again.',
  50035: 'Discord does not accept the message. Please report this with the answer below.',
  50083: 'The thread is archived. Open it again, or set another one.',
  220001: 'A forum channel’s webhook posts into threads only. Set the thread’s ID.',
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
  return webhookDestination({
    service: 'Discord',
    url: url.href,
    unsure,
    render: renderDiscord,
    outcome: discordOutcome,
    check: () => checkWebhook(webhookUrl, unsure, setting),
  });
}

function discordOutcome(posted: Posted & { answered: true }): Outcome {
  const { code, id, retry_after } = parsed(posted.body);
  const advice = typeof code === 'number' ? PERMANENT[code] : undefined;
  const delay = typeof retry_after === 'number' ? Math.ceil(retry_after * 1000) : posted.retryAfterMs;
  const outcome = statusOutcome(
    'Discord',
    { ...posted, retryAfterMs: delay },
    advice ?? 'Check the webhook’s URL, and any proxy on the way.',
  );
  return outcome.type === 'done' ? { type: 'done', answer: JSON.stringify({ id }) } : outcome;
}

const CHECK_TIMEOUT_MS = 10_000;

/** Asks Discord for the webhook itself, which its URL allows. */
async function checkWebhook(webhookUrl: string, unsure: Unsure, setting: SettingName): Promise<Check> {
  const what = 'Discord webhook';
  const { origin, pathname } = new URL(webhookUrl);
  try {
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS);
    const response = await fetch(`${origin}${pathname}`, { redirect: 'error', signal });
    if (!response.ok) {
      const finding = `Discord answered HTTP ${response.status} when asked for the webhook.`;
      const fix = 'Copy the URL again: the channel’s settings, Integrations, Webhooks.';
      return { what, state: 'fault', finding, fix };
    }
    const then = unsure === 'repeat' ? 'come twice' : 'be missing';
    const finding = `Posts a message per event. After a time-out a message may ${then} (${setting('unsure', unsure)}): Discord cannot be asked.`;
    return { what, state: 'ok', finding, fix: null };
  } catch (error) {
    const { reason } = describeNetworkFailure('Discord', error);
    return { what, state: 'fault', finding: reason, fix: 'Look again in a minute.' };
  }
}

/** The fields of an answer; a long one is cut and cannot be parsed whole, so the message's id is read from its start. */
function parsed(body: string): { code?: unknown; id?: unknown; retry_after?: unknown } {
  try {
    return JSON.parse(body);
  } catch {
    return { id: /"id":\s*"(\d+)"/.exec(body)?.[1] };
  }
}
