import type { Message } from '../../contract/message.ts';
import { eventTime } from '../../experience/state.ts';
import type { Call } from './client.ts';
import type { Failure } from './failure.ts';

/** What a message of this destination carries, so that it can be found again. https://docs.slack.dev/messaging/message-metadata */
export interface Metadata {
  event_type: 'intelligems_event' | 'intelligems_card';
  event_payload: {
    /** The delivery's key; for a card, of the delivery that posted it. */
    key: string;
    destination: string;
    experience_key?: string;
    /** For a card: the time of the newest change it shows, in milliseconds since 1970; 0 if unknown. */
    shown_at?: number;
  };
}

export interface FoundMessage {
  ts: string;
  metadata: Metadata;
}

export type Search =
  | { state: 'found'; message: FoundMessage }
  /** Everything was read in which it could be. `threadGone`: Slack does not know the thread. */
  | { state: 'absent'; threadGone?: true }
  /** It could not be found out: the token may not read here, or there are too many messages. */
  | { state: 'unknown'; why: string }
  | { state: 'failed'; failure: Failure };

export interface Where {
  /** The channel's ID. */
  channel: string;
  /** The timestamp of the message whose thread is read; null for the channel itself. */
  thread: string | null;
  /** Older messages need not be read: by Slack's clock, in milliseconds since 1970; null if that is not known. */
  since: number | null;
  /** How many pages are read at most. */
  pages: number;
}

/** The most that Slack recommends for a page. */
const PAGE_SIZE = 200;

/** How far back every search goes by Slack's clock, whatever other clocks say: longer than a delivery is retried. */
const LOOK_BACK_MS = 4 * 24 * 3_600_000;

/** How much the clocks of Intelligems and Slack may differ, in milliseconds. */
const TOLERANCE_MS = 15 * 60_000;

interface HistoryPage {
  messages?: { ts?: string; metadata?: Partial<Metadata> }[];
  has_more?: boolean;
  response_metadata?: { next_cursor?: string };
}

/**
 * Since when a message can be in Slack, by Slack's clock. No clock is trusted alone: it is the earliest of the time
 * at which the receiver got the message, corrected by the difference to Slack's clock, of the time that Intelligems
 * gave the event, and of several days ago by Slack's clock. Null if Slack's time is not known.
 *
 * @param offset how far Slack's clock is ahead of this machine's, in milliseconds
 * @param now this machine's clock
 */
export function earliestTime(message: Message, offset: number | null, now: number): number | null {
  if (offset === null) {
    return null;
  }
  const times = message.kind === 'report' ? [] : [message.event, ...message.history].map(eventTime);
  return Math.min(message.receivedAt + offset, now + offset - LOOK_BACK_MS, ...times) - TOLERANCE_MS;
}

/**
 * Looks for a message with matching metadata in a channel (newest first) or a thread (oldest first). The first page
 * is read whatever `since` says.
 */
export async function findMessage(
  call: Call,
  { channel, thread, since, pages }: Where,
  matches: (message: FoundMessage) => boolean,
): Promise<Search> {
  const method = thread === null ? 'conversations.history' : 'conversations.replies';
  let cursor = '';
  for (let page = 0; page < pages; page += 1) {
    const answer = await call<HistoryPage>(method, {
      channel,
      ...(thread === null ? {} : { ts: thread }),
      limit: PAGE_SIZE,
      include_all_metadata: true,
      ...(cursor === '' ? {} : { cursor }),
    });
    if (!answer.ok) {
      return searchFailure(answer.failure);
    }
    const { messages = [], has_more, response_metadata } = answer.data;
    const found = messages.map(withMetadata).find((message) => message !== null && matches(message));
    if (found) {
      return { state: 'found', message: found };
    }
    cursor = response_metadata?.next_cursor ?? '';
    const isComplete = has_more !== true && cursor === '';
    const goesBackFarEnough = thread === null && since !== null && oldestTime(messages) < since;
    if (isComplete || goesBackFarEnough) {
      return { state: 'absent' };
    }
    if (cursor === '') {
      break;
    }
  }
  return { state: 'unknown', why: 'the channel has too many messages to read all that could be it' };
}

function searchFailure(failure: Failure): Search {
  switch (failure.code) {
    case 'missing_scope':
      return { state: 'unknown', why: 'the token lacks the scopes channels:history and groups:history' };
    case 'not_in_channel':
      return {
        state: 'unknown',
        why: 'the app is not a member of the channel, so it cannot read the messages',
      };
    case 'thread_not_found':
      return { state: 'absent', threadGone: true };
    default:
      return { state: 'failed', failure: { ...failure, uncertain: false } };
  }
}

function withMetadata({ ts, metadata }: { ts?: string; metadata?: Partial<Metadata> }): FoundMessage | null {
  const isWhole =
    ts !== undefined &&
    typeof metadata?.event_type === 'string' &&
    typeof metadata.event_payload === 'object' &&
    metadata.event_payload !== null;
  return isWhole ? { ts, metadata: metadata as Metadata } : null;
}

/** When the oldest of some messages was posted, in milliseconds since 1970. */
function oldestTime(messages: readonly { ts?: string }[]): number {
  return Math.min(
    ...messages.map(({ ts }) => Number(ts ?? Number.NaN) * 1000).filter((time) => !Number.isNaN(time)),
  );
}
