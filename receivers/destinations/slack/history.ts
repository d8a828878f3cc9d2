import type { Call } from './client.ts';
import type { Failure } from './failure.ts';

/** What a message of this destination bears, so that it can be found again. https://docs.slack.dev/messaging/message-metadata */
export interface Metadata {
  event_type: 'intelligems_event' | 'intelligems_card';
  event_payload: {
    /** The delivery's key; of a card: that of the delivery that posted it. */
    key: string;
    destination: string;
    experience_key?: string;
    /** Of a card: the time of the newest change it shows, milliseconds since 1970; 0 where unknown. */
    shown_at?: number;
  };
}

export interface FoundMessage {
  ts: string;
  metadata: Metadata;
}

export type Search =
  | { state: 'found'; message: FoundMessage }
  /** `threadGone`: there is no such thread. */
  | { state: 'absent'; threadGone?: true }
  /** The token may not read here, or there is too much to read. */
  | { state: 'unreadable'; why: string }
  | { state: 'failed'; failure: Failure };

export interface Where {
  /** The channel's ID. */
  channel: string;
  /** The timestamp of the message whose thread is read; null for the channel itself. */
  thread: string | null;
  /** Nothing older is read, milliseconds since 1970. */
  since: number;
  /** At most so many pages are read. */
  pages: number;
}

/** What Slack advises at most for one page. */
const PAGE_SIZE = 200;

/** How far Slack's clock and this machine's may lie apart, milliseconds. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

interface HistoryPage {
  messages?: { ts?: string; metadata?: Partial<Metadata> }[];
  has_more?: boolean;
  response_metadata?: { next_cursor?: string };
}

/** Reads a channel (newest first) or a thread (oldest first) for a message with metadata that fits. */
export async function findMessage(
  call: Call,
  { channel, thread, since, pages }: Where,
  fits: (message: FoundMessage) => boolean,
): Promise<Search> {
  const method = thread === null ? 'conversations.history' : 'conversations.replies';
  const oldest = Math.max(0, Math.floor((since - CLOCK_TOLERANCE_MS) / 1000));
  let cursor: string | undefined;
  for (let page = 0; page < pages; page += 1) {
    const answer = await call<HistoryPage>(method, {
      channel,
      ...(thread === null ? {} : { ts: thread }),
      oldest: `${oldest}.000000`,
      limit: PAGE_SIZE,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!answer.ok) {
      return searchFailure(answer.failure);
    }
    for (const { ts, metadata } of answer.data.messages ?? []) {
      if (ts !== undefined && isMetadata(metadata) && fits({ ts, metadata })) {
        return { state: 'found', message: { ts, metadata } };
      }
    }
    cursor = answer.data.response_metadata?.next_cursor;
    if (answer.data.has_more !== true || cursor === undefined || cursor === '') {
      return { state: 'absent' };
    }
  }
  return { state: 'unreadable', why: `the last ${pages * PAGE_SIZE} messages do not reach back far enough` };
}

function searchFailure(failure: Failure): Search {
  if (failure.code === 'missing_scope') {
    return { state: 'unreadable', why: 'the token lacks the scopes channels:history and groups:history' };
  }
  if (failure.code === 'thread_not_found') {
    return { state: 'absent', threadGone: true };
  }
  return { state: 'failed', failure: { ...failure, uncertain: false } };
}

function isMetadata(metadata: Partial<Metadata> | undefined): metadata is Metadata {
  return (
    typeof metadata?.event_type === 'string' &&
    typeof metadata.event_payload === 'object' &&
    metadata.event_payload !== null
  );
}
