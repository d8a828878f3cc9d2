/** What a message carries in addition to what people see. */
export interface MessageMetadata {
  event_type: string;
  event_payload: Record<string, unknown>;
}

export interface SlackMessage {
  /** Unique in the workspace. */
  ts: string;
  channel: string;
  /** The ts of the message in whose thread it is; null in the channel itself. */
  thread: string | null;
  text: string;
  blocks: Record<string, unknown>[];
  metadata: MessageMetadata | null;
  /** The id of the bot that posted it. */
  bot: string;
  /** How often it was updated. */
  updates: number;
  deleted: boolean;
}

export interface SlackChannel {
  id: string;
  name: string;
  isPrivate: boolean;
  /** Whether the app is a member. */
  isMember: boolean;
  isArchived: boolean;
}

/** The state of a fake Slack workspace. */
export class Workspace {
  readonly channels: SlackChannel[] = [];
  readonly users = new Map<string, string>();
  /** Users of another workspace that shares a channel. */
  readonly strangers = new Set<string>();
  /** Addresses of images that Slack cannot download. */
  readonly unfetchable = new Set<string>();
  /** How many channels a page of the list has at most: Slack may send fewer than it is asked for. */
  listPageSize = 1_000;
  readonly #messages: SlackMessage[] = [];
  readonly #byTs = new Map<string, SlackMessage>();
  readonly #now: () => number;
  #lastTime = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Finds a channel by its ID. */
  channel(id: string): SlackChannel | undefined {
    return this.channels.find((each) => each.id === id);
  }

  add(message: Omit<SlackMessage, 'ts' | 'updates' | 'deleted'>): SlackMessage {
    const microseconds = Math.max(this.#now() * 1000, this.#lastTime + 1);
    this.#lastTime = microseconds;
    const ts = `${Math.floor(microseconds / 1_000_000)}.${String(microseconds % 1_000_000).padStart(6, '0')}`;
    const added = { ...message, ts, updates: 0, deleted: false };
    this.#messages.push(added);
    this.#byTs.set(`${message.channel} ${ts}`, added);
    return added;
  }

  find(channel: string, ts: string): SlackMessage | undefined {
    const found = this.#byTs.get(`${channel} ${ts}`);
    return found?.deleted === true ? undefined : found;
  }

  /** Whether a reply to the message would land in its thread: it exists, or a tombstone for its replies does. */
  hasThread(channel: string, ts: string): boolean {
    const parent = this.#byTs.get(`${channel} ${ts}`);
    return parent !== undefined && (!parent.deleted || this.replies(channel, ts).length > 0);
  }

  /** What people see in the channel itself, oldest first. */
  inChannel(channel: string): SlackMessage[] {
    return this.#messages.filter((each) => each.channel === channel && each.thread === null && !each.deleted);
  }

  /** What people see in a thread, its first message left out, oldest first. */
  replies(channel: string, ts: string): SlackMessage[] {
    return this.#messages.filter((each) => each.channel === channel && each.thread === ts && !each.deleted);
  }

  all(): SlackMessage[] {
    return this.#messages.filter(({ deleted }) => !deleted);
  }
}
