import type { Attempt } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { SlackMessage } from './blocks.ts';
import { channelWords, isChannelId } from './channels.ts';
import type { SlackApi } from './client.ts';
import type { Failure } from './failure.ts';
import type { People } from './people.ts';
import type { Place, Places } from './place.ts';
import type { Users } from './users.ts';

/** One message for one channel. */
export interface Task {
  /** As in the settings: a name without `#`, or an ID. */
  channel: string;
  message: Message;
  people: People;
  mode: 'card' | 'message';
  unsure: 'repeat' | 'skip';
  /** The destination's name, so that two of them in one channel can tell their messages apart. */
  destination: string;
  attempt: Pick<Attempt, 'uncertain' | 'recall'>;
  /** Post nothing new, only update what was posted of the message. */
  completes: boolean;
  /** Whether reports have buttons. */
  buttons: boolean;
  api: SlackApi;
  places: Places;
  users: Users;
  /** This machine's clock, in milliseconds since 1970. */
  now(): number;
}

/** The outcome, with what to remember in either case. */
export type TaskOutcome = { facts: Record<string, string> } & (
  | { ok: true; note?: string; answer?: string }
  | { ok: false; failure: Failure }
);

/** Renders a message; those who are not among the people are shown by their email address. */
export type Render = (people: People) => SlackMessage;

/** The card of an experience in a channel, as it is remembered. */
export interface Card {
  /** The channel's ID. */
  channel: string;
  ts: string;
  /** The key of the delivery that posted it. */
  by: string;
  /** The time of the newest change it shows, in milliseconds since 1970; 0 if unknown. */
  shown: number;
}

/** Slack's errors for a channel that is gone, or that the app can no longer use. */
export const CHANNEL_DENIED: readonly string[] = ['channel_not_found', 'is_archived', 'not_in_channel'];

/** A task in progress: where its message goes, and what it learned on the way. */
export class Work {
  readonly task: Task;
  #facts: Record<string, string> = {};
  #place: Place | null = null;

  constructor(task: Task) {
    this.task = task;
  }

  /** Where the channel's messages go now. */
  async place(): Promise<Place> {
    const { api, places, channel, attempt } = this.task;
    this.#place ??= this.#keep(
      await places.find(api.call, channel, () => attempt.recall(channelFact(channel))),
    );
    return this.#place;
  }

  /** Looks the channel up again, after Slack denied the one that was remembered; null if nothing else is found. */
  async otherPlace(denied: string): Promise<Place | null> {
    const { api, places, channel } = this.task;
    if (isChannelId(channel)) {
      return null;
    }
    const place = await places.findAnew(api.call, channel, denied);
    if (place.state === 'failed' || (place.state === 'known' && place.id === denied)) {
      return null;
    }
    this.#place = this.#keep(place);
    return place;
  }

  #keep(place: Place): Place {
    if (place.state === 'known') {
      this.rememberChannel(place.id);
    }
    return place;
  }

  /** Remembers the ID of a channel that is set by its name. */
  rememberChannel(id: string): void {
    if (!isChannelId(this.task.channel)) {
      this.#facts[channelFact(this.task.channel)] = id;
    }
  }

  rememberCard(experienceKey: string, card: Card): void {
    this.#facts[cardFact(this.task.channel, experienceKey)] = JSON.stringify(card);
  }

  async recallCard(experienceKey: string): Promise<Card | null> {
    const fact = await this.task.attempt.recall(cardFact(this.task.channel, experienceKey));
    return fact === null ? null : (JSON.parse(fact) as Card);
  }

  done(details: { note?: string; answer?: string } = {}): TaskOutcome {
    return { ok: true, facts: this.#facts, ...details };
  }

  failed(failure: Failure): TaskOutcome {
    return { ok: false, facts: this.#facts, failure };
  }

  /** The outcome for a message that may have arrived, if there is no way to find out; null if it is to be sent again. */
  undecided(why: string): TaskOutcome | null {
    const { unsure, channel } = this.task;
    return unsure === 'repeat'
      ? null
      : this.done({ note: `may have arrived in ${channelWords(channel)}, so it was not sent again: ${why}` });
  }
}

function cardFact(channel: string, experienceKey: string): string {
  return `card:${channel}:${experienceKey}`;
}

function channelFact(channel: string): string {
  return `channel:${channel}`;
}

/** The fact that a delivery to several channels is finished in one of them. */
export function sentFact(channel: string, key: string): string {
  return `sent:${channel}:${key}`;
}
