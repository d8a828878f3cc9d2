import type { Choice, Services } from '../../contract/destination.ts';
import { openHttpClient } from '../../outgoing/client.ts';
import { type Call, openSlackApi } from './client.ts';

interface Channel {
  id?: string;
  name?: string;
  is_member?: boolean;
  is_private?: boolean;
  is_archived?: boolean;
}

interface ChannelPage {
  channels?: Channel[];
  response_metadata?: { next_cursor?: string };
}

/** A person waits for the list: it takes no longer than this, in milliseconds. */
const TIMEOUT_MS = 15_000;

/** Channels per page, which is the most that Slack gives, and the limit of pages. In larger workspaces, people enter the ID or the name. */
const PAGE_SIZE = 999;
const PAGES = 10;

/**
 * The channels of the workspace that a token sees, those that the app is in first. Gives none without a token, and what
 * was read so far if Slack refuses.
 */
export async function channelChoices(
  { token, apiUrl }: { token: string; apiUrl: string },
  { log, now }: Pick<Services, 'log' | 'now'>,
): Promise<Choice[]> {
  const http = openHttpClient({ service: 'Slack' });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { call } = openSlackApi(http, { token, apiUrl, log, now, signal });
    const identity = await call<{ user?: string }>('auth.test', {});
    return identity.ok ? choicesOf(await channels(call), identity.data.user ?? 'the-app') : [];
  } finally {
    await http.close();
  }
}

async function channels(call: Call): Promise<Channel[]> {
  const found: Channel[] = [];
  let types = 'public_channel,private_channel';
  let cursor = '';
  for (let pages = 0; pages < PAGES; ) {
    const page = await call<ChannelPage>('conversations.list', {
      types,
      limit: PAGE_SIZE,
      exclude_archived: true,
      ...(cursor !== '' && { cursor }),
    });
    if (!page.ok) {
      if (page.failure.code !== 'missing_scope' || types === 'public_channel') {
        break;
      }
      types = 'public_channel';
      continue;
    }
    found.push(...(page.data.channels ?? []));
    cursor = page.data.response_metadata?.next_cursor ?? '';
    pages += 1;
    if (cursor === '') {
      break;
    }
  }
  return found;
}

function choicesOf(found: readonly Channel[], user: string): Choice[] {
  return found
    .filter(({ id, name, is_archived }) => id !== undefined && name !== undefined && is_archived !== true)
    .sort(
      (one, other) =>
        Number(other.is_member ?? false) - Number(one.is_member ?? false) ||
        String(one.name).localeCompare(String(other.name), 'en-US'),
    )
    .map(({ id, name, is_member, is_private }) => ({
      value: id as string,
      label: `#${name}${is_private === true ? ' (private)' : ''}`,
      note: is_member === true ? null : `Type in the channel: /invite @${user}`,
    }));
}
