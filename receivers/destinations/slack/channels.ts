import type { Answer, Call } from './client.ts';

interface ChannelPage {
  channels?: { id?: string; name?: string }[];
  response_metadata?: { next_cursor?: string };
}

const PAGE_SIZE = 999;
const PAGES = 20;

/** Whether a channel is set by its ID, not by its name. */
export function isChannelId(channel: string): boolean {
  return /^[CGD][A-Z0-9]{7,}$/.test(channel);
}

/** How people read a channel: `#name`, or its ID as it is. */
export function channelWords(channel: string): string {
  return isChannelId(channel) ? channel : `#${channel}`;
}

/** Finds the ID of a channel by its name; null where the app sees no channel of that name. */
export async function findChannel(call: Call, name: string): Promise<Answer<{ id: string | null }>> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await call<ChannelPage>('conversations.list', {
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: PAGE_SIZE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!answer.ok) {
      return answer;
    }
    const found = answer.data.channels?.find((channel) => channel.name === name);
    if (found?.id !== undefined) {
      return { ok: true, data: { id: found.id } };
    }
    cursor = answer.data.response_metadata?.next_cursor;
    if (cursor === undefined || cursor === '') {
      break;
    }
  }
  return { ok: true, data: { id: null } };
}
