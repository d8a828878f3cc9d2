import type { SlackMessage } from './blocks.ts';
import type { Answer } from './client.ts';
import type { Metadata } from './history.ts';
import type { People } from './people.ts';
import { type Card, CHANNEL_DENIED, type Render, type Work } from './work.ts';

/** Where Slack put a message. */
export interface Posted {
  channel: string;
  ts: string;
}

/** Slack does not accept part of the blocks: nothing was posted. */
const BLOCKS_REFUSED = ['invalid_blocks', 'invalid_blocks_format', 'invalid_attachments'];

const NO_ONE: People = new Map();

/** Posts a message into the channel, or into a card's thread. */
export async function post(
  work: Work,
  render: Render,
  { metadata, thread = null }: { metadata: Metadata; thread?: Card | null },
): Promise<Answer<Posted>> {
  const place = await work.place();
  if (thread === null && place.state === 'failed') {
    return { ok: false, failure: place.failure };
  }
  const byName = `#${work.task.channel}`;
  const channel = thread?.channel ?? (place.state === 'known' ? place.id : byName);
  const parameters = { metadata, unfurl_links: false, unfurl_media: false };
  const threadTs = thread === null ? {} : { thread_ts: thread.ts };
  let answer = await write(work, 'chat.postMessage', render, { ...parameters, ...threadTs, channel });
  if (!answer.ok && thread === null && CHANNEL_DENIED.includes(answer.failure.code)) {
    const other = await work.otherPlace(channel);
    if (other !== null && channel !== byName) {
      const instead = other.state === 'known' ? other.id : byName;
      answer = await write(work, 'chat.postMessage', render, { ...parameters, channel: instead });
    }
  }
  if (answer.ok) {
    work.rememberChannel(answer.data.channel);
  }
  return answer;
}

/** Replaces a posted message. */
export function update(
  work: Work,
  render: Render,
  { channel, ts, metadata }: Posted & { metadata: Metadata },
): Promise<Answer<Posted>> {
  return write(work, 'chat.update', render, { channel, ts, metadata });
}

/**
 * Sends the blocks. An image that Slack cannot fetch, or a user that it no longer knows, must not hold back the text:
 * then they are left out. https://github.com/slackapi/python-slack-sdk/issues/1782
 */
async function write(
  { task }: Work,
  method: 'chat.postMessage' | 'chat.update',
  render: Render,
  parameters: Record<string, unknown>,
): Promise<Answer<Posted>> {
  const { api, people, users } = task;
  const send = ({ text, blocks }: SlackMessage) => api.call<Posted>(method, { ...parameters, text, blocks });
  const whole = render(people);
  let answer = await send(whole);
  let sent = whole;
  for (const plainer of [withoutImages(whole), withoutImages(render(NO_ONE))]) {
    if (answer.ok || !BLOCKS_REFUSED.includes(answer.failure.code)) {
      return answer;
    }
    if (JSON.stringify(plainer) !== JSON.stringify(sent)) {
      sent = plainer;
      answer = await send(plainer);
    }
  }
  if (answer.ok) {
    users.forget(people);
  }
  return answer;
}

/** The same message without its images. */
export function withoutImages({ text, blocks }: SlackMessage): SlackMessage {
  return { text, blocks: blocks.filter(({ type }) => type !== 'image') };
}
