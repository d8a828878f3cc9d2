import { ChannelList, type Listed } from './channel-list.ts';
import { isChannelId } from './channels.ts';
import type { Call } from './client.ts';
import { type Failure, refused } from './failure.ts';

/** What Slack says about a channel. */
export interface ChannelInfo {
  name?: string;
  is_member?: boolean;
  is_archived?: boolean;
}

/** Where the messages for a configured channel go. */
export type Place =
  | {
      state: 'known';
      id: string;
      /** What Slack says about it; null if the token may not ask, or the channel is set by its ID and was not asked about. */
      info: ChannelInfo | null;
      /** The configured name now belongs to no channel: this one had it before and was renamed. */
      renamed: boolean;
    }
  /** It could not be found out. Slack may find a public channel by `#name` itself. */
  | { state: 'unknown'; why: string }
  | { state: 'failed'; failure: Failure };

/** Finds the channels of a destination, for sending and for checking. */
export class Places {
  #list = new ChannelList();
  /** The ID that a name had when it was last looked up. */
  #last = new Map<string, string>();

  /**
   * Finds the channel that a configured name or ID means now. A remembered ID counts only as long as that channel has
   * the name and is not archived: people rename channels and create new ones with the old name.
   *
   * @param remembered gives the ID that was remembered for the name; null if there is none
   */
  async find(call: Call, channel: string, remembered: () => Promise<string | null>): Promise<Place> {
    if (isChannelId(channel)) {
      return { state: 'known', id: channel, info: null, renamed: false };
    }
    const id = (await remembered()) ?? this.#last.get(channel) ?? null;
    return this.#keep(
      channel,
      id === null ? await this.#findByName(call, channel, null) : await this.#confirm(call, channel, id),
    );
  }

  /** Looks up a channel by its name, after Slack denied the ID that it had. */
  async findAnew(call: Call, channel: string, denied: string): Promise<Place> {
    return this.#keep(channel, await this.#findByName(call, channel, denied));
  }

  #keep(channel: string, place: Place): Place {
    if (place.state === 'known') {
      this.#last.set(channel, place.id);
    }
    return place;
  }

  async #confirm(call: Call, channel: string, id: string): Promise<Place> {
    const known = (info: ChannelInfo | null, renamed = false): Place => ({
      state: 'known',
      id,
      info,
      renamed,
    });
    const answer = await askAbout(call, id);
    if (!answer.ok) {
      if (answer.failure.code === 'missing_scope') {
        return known(null);
      }
      return answer.failure.kind === 'permanent'
        ? this.#findByName(call, channel, id)
        : { state: 'failed', failure: { ...answer.failure, uncertain: false } };
    }
    const info = answer.data;
    const isArchived = info.is_archived === true;
    if (!isArchived && (info.name === channel || info.name === undefined)) {
      return known(info);
    }
    const listed = await this.#list.find(call, channel, id);
    if (listed.state === 'found') {
      return { state: 'known', id: listed.id, info: null, renamed: false };
    }
    if (isArchived) {
      return listed.state === 'failed' ? listed : { state: 'failed', failure: refused('is_archived') };
    }
    return listed.state === 'failed' && listed.failure.kind !== 'permanent' ? listed : known(info, true);
  }

  async #findByName(call: Call, channel: string, denied: string | null): Promise<Place> {
    return placeOf(await this.#list.find(call, channel, denied));
  }
}

function placeOf(listed: Listed): Place {
  switch (listed.state) {
    case 'found':
      return { state: 'known', id: listed.id, info: null, renamed: false };
    case 'archived':
      return { state: 'failed', failure: refused('is_archived') };
    case 'absent':
      return { state: 'failed', failure: refused('channel_not_found') };
    default:
      return listed;
  }
}

/** What Slack says about a channel. */
export async function askAbout(
  call: Call,
  channel: string,
): Promise<{ ok: true; data: ChannelInfo } | { ok: false; failure: Failure }> {
  const answer = await call<{ channel?: ChannelInfo }>('conversations.info', { channel });
  return answer.ok ? { ok: true, data: answer.data.channel ?? {} } : answer;
}
