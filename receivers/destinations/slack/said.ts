import type { Message } from '../../contract/message.ts';
import type { Answer } from './client.ts';
import { earliestTime, type FoundMessage, findMessage, type Metadata, type Search } from './history.ts';
import type { Card, Render, TaskOutcome, Work } from './work.ts';
import { type Posted, post } from './write.ts';

/** How many pages are read to find out what an earlier attempt did. */
const PAGES = 25;

/** The note for a message that an earlier attempt had posted. */
export const ALREADY_THERE = 'already there, not sent again';

/** Posts a message into the channel or a card's thread, unless it is there already. */
export async function say(work: Work, render: Render, card: Card | null): Promise<TaskOutcome> {
  const { message, attempt } = work.task;
  if (attempt.uncertain) {
    const settled = settledBy(work, await findSaid(work, card));
    if (settled !== null) {
      return settled;
    }
  }
  const answer = await post(work, render, { metadata: saidMetadata(work, message), thread: card });
  return answer.ok ? work.done({ answer: answerWords(answer.data) }) : work.failed(answer.failure);
}

/**
 * Looks for what was said about the message: in the card's thread, or in the channel itself. If a card is gone, Slack
 * puts replies to it into the channel (https://github.com/slack-go/slack/issues/1571), so it may be there too.
 */
export async function findSaid(work: Work, card: Card | null): Promise<Search & { channel: string }> {
  const { message, destination } = work.task;
  const matches = ({ metadata: { event_type, event_payload } }: FoundMessage): boolean =>
    event_type === 'intelligems_event' &&
    event_payload.key === message.key &&
    event_payload.destination === destination;
  const found = await findPosted(work, matches, { thread: card });
  return found.state === 'absent' && found.threadGone ? findPosted(work, matches) : found;
}

/** Looks for a message of this destination in the channel, or in a card's thread. */
export async function findPosted(
  work: Work,
  matches: (message: FoundMessage) => boolean,
  { thread = null, pages = PAGES }: { thread?: Card | null; pages?: number } = {},
): Promise<Search & { channel: string }> {
  const { api, channel: configured, message, now } = work.task;
  const place = thread === null ? await work.place() : { state: 'known' as const, id: thread.channel };
  if (place.state !== 'known') {
    return { ...place, channel: configured };
  }
  const since = earliestTime(message, api.clockOffset(), now());
  const where = { channel: place.id, thread: thread?.ts ?? null, since, pages };
  return { ...(await findMessage(api.call, where, matches)), channel: place.id };
}

/** What a search after an uncertain attempt settles already; null if the message is to be sent. */
export function settledBy(work: Work, found: Search): TaskOutcome | null {
  switch (found.state) {
    case 'found':
      return work.done({ note: ALREADY_THERE });
    case 'failed':
      return work.failed(found.failure);
    case 'unknown':
      return work.undecided(found.why);
    case 'absent':
      return null;
  }
}

function saidMetadata({ task }: Work, { key }: Message): Metadata {
  return { event_type: 'intelligems_event', event_payload: { key, destination: task.destination } };
}

/** What is kept of Slack's answer to a posted message. */
export function answerWords({ channel, ts }: Posted): string {
  return JSON.stringify({ ok: true, channel, ts });
}

/** Whether a call failed with one of these codes. */
export function failedWith(answer: Answer<unknown>, codes: readonly string[]): boolean {
  return !answer.ok && codes.includes(answer.failure.code);
}
