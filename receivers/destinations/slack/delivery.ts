import type { Attempt } from '../../contract/destination.ts';
import type { ExperienceMessage, Message } from '../../contract/message.ts';
import type { SlackMessage } from './blocks.ts';
import { channelWords, findChannel, isChannelId } from './channels.ts';
import type { Answer, Call } from './client.ts';
import type { Failure } from './failure.ts';
import { type FoundMessage, findMessage, type Metadata, type Search } from './history.ts';
import type { People } from './people.ts';
import { renderCard, renderMessage, renderReply, saysMoreThanCard } from './render.ts';

/** One message on its way to one channel. */
export interface Errand {
  /** As the settings name it. */
  channel: string;
  message: Message;
  people: People;
  mode: 'card' | 'message';
  unsure: 'repeat' | 'skip';
  /** The destination's name, so that two of them in one channel do not take each other's messages for their own. */
  destination: string;
  attempt: Pick<Attempt, 'uncertain' | 'recall'>;
  /** Nothing new is posted: what was posted of the message is brought up to date. */
  completes: boolean;
  call: Call;
}

/** What came of it, with what is to be remembered in either case. */
export type ErrandOutcome = { facts: Record<string, string> } & (
  | { ok: true; note?: string; answer?: string }
  | { ok: false; failure: Failure }
);

/** The card of an experience in a channel, as it is remembered. */
interface Card {
  /** The channel's ID. */
  channel: string;
  ts: string;
  /** The key of the delivery that posted it. */
  by: string;
  /** The time of the newest change it shows, milliseconds since 1970; 0 where unknown. */
  shown: number;
}

/** How many pages are read to find out what an earlier attempt of this delivery did. */
const REPAIR_PAGES = 25;

/** How many pages are read for a card that nobody remembers, in case there is one all the same. */
const ADOPTION_PAGES = 3;

/** Errors that say that the card cannot be updated any more. */
const CARD_GONE = ['message_not_found', 'cant_update_message', 'edit_window_closed'];

const ALREADY_THERE = 'already there, not sent again';

/** The fact that a delivery to several channels is finished with one of them. */
export function sentFact(channel: string, key: string): string {
  return `sent:${channel}:${key}`;
}

/** Brings one message to one channel, or finds that an earlier attempt did. */
export async function runErrand(errand: Errand): Promise<ErrandOutcome> {
  return new ErrandRun(errand).run();
}

class ErrandRun {
  #errand: Errand;
  #facts: Record<string, string> = {};

  constructor(errand: Errand) {
    this.#errand = errand;
  }

  async run(): Promise<ErrandOutcome> {
    const { message, mode, people, channel, attempt, completes } = this.#errand;
    if (completes && message.kind === 'experience') {
      return this.#complete(message);
    }
    if ((await attempt.recall(sentFact(channel, message.key))) !== null) {
      return this.#done({ note: ALREADY_THERE });
    }
    if (message.kind === 'experience' && mode === 'card') {
      return this.#showOnCard(message);
    }
    const about = message.kind === 'report' ? message.experienceKey : null;
    const card = about === null ? null : await this.#recallCard(about);
    return this.#say(renderMessage(message, people), card);
  }

  /**
   * Posts a message into the channel or the card's thread, unless it is there already. Where the card is
   * gone, Slack lets a reply to it land in the channel; so that is where it is looked for, too.
   */
  async #say(content: SlackMessage, card: Card | null): Promise<ErrandOutcome> {
    const { message, attempt, destination } = this.#errand;
    const { key } = message;
    if (attempt.uncertain) {
      let found = await this.#findOwn(card);
      if (found.state === 'absent' && found.threadGone) {
        found = await this.#findOwn(null);
      }
      const settled = this.#settledBy(found);
      if (settled !== null) {
        return settled;
      }
    }
    const metadata: Metadata = { event_type: 'intelligems_event', event_payload: { key, destination } };
    const answer = await this.#post(content, metadata, card);
    return answer.ok ? this.#done({ answer: answerWords(answer.data) }) : this.#failed(answer.failure);
  }

  /** Brings the card up to date, and what was said of the event, where they still are. */
  async #complete(message: ExperienceMessage): Promise<ErrandOutcome> {
    const { mode, people } = this.#errand;
    const card = mode === 'card' ? await this.#recallCard(message.experienceKey) : null;
    if (mode === 'card' && card === null) {
      return this.#done({ note: 'no card is left to complete' });
    }
    if (card !== null) {
      const updated = await this.#update(card, message);
      if (!updated.ok) {
        return CARD_GONE.includes(updated.failure.code)
          ? this.#done({ note: 'no card is left to complete' })
          : this.#failed(updated.failure);
      }
      this.#facts[cardFact(this.#errand.channel, message.experienceKey)] = JSON.stringify(updated.data);
    }
    const found = await this.#findOwn(card);
    if (found.state === 'failed') {
      return this.#failed(found.failure);
    }
    if (found.state !== 'found') {
      return this.#done({});
    }
    const content = card === null ? renderMessage(message, people) : renderReply(message, people);
    const { ts, metadata } = found.message;
    const answer = await this.#write('chat.update', content, { channel: found.channel, ts, metadata });
    return answer.ok || CARD_GONE.includes(answer.failure.code)
      ? this.#done({})
      : this.#failed(answer.failure);
  }

  /** Looks for what was said of this message in the card's thread, or in the channel itself. */
  #findOwn(card: Card | null): Promise<Search & { channel: string }> {
    const { message, destination } = this.#errand;
    return this.#find(
      card,
      message.receivedAt,
      REPAIR_PAGES,
      ({ metadata: { event_type, event_payload } }) =>
        event_type === 'intelligems_event' &&
        event_payload.key === message.key &&
        event_payload.destination === destination,
    );
  }

  /** Brings the card up to date, or posts it; then says in its thread what happened. */
  async #showOnCard(message: ExperienceMessage): Promise<ErrandOutcome> {
    const remembered = await this.#recallCard(message.experienceKey);
    let card = remembered === null ? null : await this.#update(remembered, message);
    if (card === null || !card.ok) {
      if (card !== null && !CARD_GONE.includes(card.failure.code)) {
        return this.#failed(card.failure);
      }
      const adopted = await this.#adopt(message, remembered);
      if (adopted !== null && 'facts' in adopted) {
        return adopted;
      }
      card = adopted ?? (await this.#postCard(message));
    }
    if (!card.ok) {
      return this.#failed(card.failure);
    }
    this.#facts[cardFact(this.#errand.channel, message.experienceKey)] = JSON.stringify(card.data);
    if (card.data.by === message.key && !saysMoreThanCard(message)) {
      return this.#done({ answer: answerWords(card.data) });
    }
    return this.#say(renderReply(message, this.#errand.people), card.data);
  }

  /**
   * Looks in the channel for a card of the experience that is not remembered, and brings it up to date.
   * Null: there is none.
   */
  async #adopt(message: ExperienceMessage, gone: Card | null): Promise<Answer<Card> | ErrandOutcome | null> {
    const { attempt, destination } = this.#errand;
    const { history, receivedAt, experienceKey } = message;
    if (!attempt.uncertain && gone === null && history.length <= 1) {
      return null;
    }
    const times = history.map(({ timestamp }) => timestamp ?? receivedAt);
    const found = await this.#find(
      null,
      Math.min(receivedAt, ...times),
      attempt.uncertain ? REPAIR_PAGES : ADOPTION_PAGES,
      ({ ts, metadata: { event_type, event_payload } }) =>
        event_type === 'intelligems_card' &&
        event_payload.experience_key === experienceKey &&
        event_payload.destination === destination &&
        ts !== gone?.ts,
    );
    if (found.state === 'found') {
      const { channel } = found;
      const { ts, metadata } = found.message;
      const { key, shown_at } = metadata.event_payload;
      const updated = await this.#update({ channel, ts, by: key, shown: shown_at ?? 0 }, message);
      return updated.ok || !CARD_GONE.includes(updated.failure.code) ? updated : null;
    }
    return attempt.uncertain || found.state === 'failed' ? this.#settledBy(found) : null;
  }

  async #update(card: Card, message: ExperienceMessage): Promise<Answer<Card>> {
    const shown = message.state.lastChangeAt ?? 0;
    if (shown < card.shown) {
      return { ok: true, data: card };
    }
    const answer = await this.#write('chat.update', renderCard(message, this.#errand.people), {
      channel: card.channel,
      ts: card.ts,
      metadata: this.#cardMetadata(message, card.by),
    });
    return answer.ok ? { ok: true, data: { ...card, shown } } : answer;
  }

  async #postCard(message: ExperienceMessage): Promise<Answer<Card>> {
    const content = renderCard(message, this.#errand.people);
    const answer = await this.#post(content, this.#cardMetadata(message, message.key), null);
    if (!answer.ok) {
      return answer;
    }
    const { channel, ts } = answer.data;
    return { ok: true, data: { channel, ts, by: message.key, shown: message.state.lastChangeAt ?? 0 } };
  }

  #cardMetadata({ state, experienceKey }: ExperienceMessage, key: string): Metadata {
    const { destination } = this.#errand;
    const shown_at = state.lastChangeAt ?? 0;
    return {
      event_type: 'intelligems_card',
      event_payload: { key, destination, experience_key: experienceKey, shown_at },
    };
  }

  async #post(
    content: SlackMessage,
    metadata: Metadata,
    thread: Card | null,
  ): Promise<Answer<{ channel: string; ts: string }>> {
    const { channel } = this.#errand;
    const answer = await this.#write('chat.postMessage', content, {
      channel: thread?.channel ?? (await this.#knownId()) ?? `#${channel}`,
      ...(thread === null ? {} : { thread_ts: thread.ts }),
      metadata,
      unfurl_links: false,
      unfurl_media: false,
    });
    if (answer.ok && !isChannelId(channel)) {
      this.#facts[idFact(channel)] = answer.data.channel;
    }
    return answer;
  }

  /** A picture that Slack cannot fetch must not keep the words back: then it goes without. */
  async #write(
    method: 'chat.postMessage' | 'chat.update',
    { text, blocks }: SlackMessage,
    parameters: Record<string, unknown>,
  ): Promise<Answer<{ channel: string; ts: string }>> {
    const { call } = this.#errand;
    const answer = await call<{ channel: string; ts: string }>(method, { ...parameters, text, blocks });
    const withoutImages = blocks.filter(({ type }) => type !== 'image');
    if (answer.ok || answer.failure.code !== 'invalid_blocks' || withoutImages.length === blocks.length) {
      return answer;
    }
    return call(method, { ...parameters, text, blocks: withoutImages });
  }

  async #find(
    thread: Card | null,
    since: number,
    pages: number,
    fits: (message: FoundMessage) => boolean,
  ): Promise<Search & { channel: string }> {
    const { call, channel: configured } = this.#errand;
    const known = thread?.channel ?? (await this.#knownId());
    const id =
      known === null ? await findChannel(call, configured) : { ok: true as const, data: { id: known } };
    if (!id.ok && id.failure.code === 'missing_scope') {
      const why = 'the token lacks the scopes channels:read and groups:read';
      return { state: 'unreadable', why, channel: configured };
    }
    if (!id.ok) {
      return { state: 'failed', failure: { ...id.failure, uncertain: false }, channel: configured };
    }
    if (id.data.id === null) {
      return { state: 'absent', channel: configured };
    }
    const channel = id.data.id;
    if (!isChannelId(configured)) {
      this.#facts[idFact(configured)] = channel;
    }
    const where = { channel, thread: thread?.ts ?? null, since, pages };
    return { ...(await findMessage(call, where, fits)), channel };
  }

  /** What a search after an uncertain attempt settles already; null where it is to be sent. */
  #settledBy(found: Search): ErrandOutcome | null {
    const { unsure, channel } = this.#errand;
    switch (found.state) {
      case 'found':
        return this.#done({ note: ALREADY_THERE });
      case 'failed':
        return this.#failed(found.failure);
      case 'unreadable':
        return unsure === 'repeat'
          ? null
          : this.#done({
              note: `may have arrived in ${channelWords(channel)}, and was not repeated: ${found.why}`,
            });
      default:
        return null;
    }
  }

  async #knownId(): Promise<string | null> {
    const { channel, attempt } = this.#errand;
    return isChannelId(channel) ? channel : (this.#facts[idFact(channel)] ?? attempt.recall(idFact(channel)));
  }

  async #recallCard(experienceKey: string): Promise<Card | null> {
    const fact = await this.#errand.attempt.recall(cardFact(this.#errand.channel, experienceKey));
    return fact === null ? null : (JSON.parse(fact) as Card);
  }

  #done(details: { note?: string; answer?: string }): ErrandOutcome {
    return { ok: true, facts: this.#facts, ...details };
  }

  #failed(failure: Failure): ErrandOutcome {
    return { ok: false, facts: this.#facts, failure };
  }
}

function cardFact(channel: string, experienceKey: string): string {
  return `card:${channel}:${experienceKey}`;
}

function idFact(channel: string): string {
  return `channel:${channel}`;
}

function answerWords({ channel, ts }: { channel: string; ts: string }): string {
  return JSON.stringify({ ok: true, channel, ts });
}
