import type { ExperienceMessage } from '../../contract/message.ts';
import type { Answer } from './client.ts';
import type { Metadata } from './history.ts';
import { renderCard, renderReply, saysMoreThanCard } from './render.ts';
import { answerWords, failedWith, findPosted, say, settledBy } from './said.ts';
import { type Card, CHANNEL_DENIED, type TaskOutcome, type Work } from './work.ts';
import { post, update } from './write.ts';

/** How many pages are read for a card that is not remembered, in case there is one. */
const ADOPTION_PAGES = 3;

/** Slack's errors for a card that can no longer be updated. */
export const CARD_GONE: readonly string[] = [
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
];

/** Updates the experience's card, or posts it; then says in its thread what happened. */
export async function showOnCard(work: Work, message: ExperienceMessage): Promise<TaskOutcome> {
  const card = await currentCard(work, message);
  if ('facts' in card) {
    return card;
  }
  if (!card.ok) {
    return work.failed(card.failure);
  }
  work.rememberCard(message.experienceKey, card.data);
  if (card.data.by === message.key && !saysMoreThanCard(message)) {
    return work.done({ answer: answerWords(card.data) });
  }
  return say(work, (people) => renderReply(message, people), card.data);
}

/** The up-to-date card: the one that is remembered, one that is found in the channel, or a new one. */
async function currentCard(work: Work, message: ExperienceMessage): Promise<Answer<Card> | TaskOutcome> {
  const remembered = await work.recallCard(message.experienceKey);
  if (remembered !== null && !(await hasMoved(work, remembered))) {
    const updated = await updateCard(work, remembered, message);
    const isDenied =
      failedWith(updated, CHANNEL_DENIED) && (await work.otherPlace(remembered.channel)) !== null;
    if (!isDenied && !failedWith(updated, CARD_GONE)) {
      return updated;
    }
  }
  return (await adoptCard(work, message, remembered)) ?? (await postCard(work, message));
}

/** Whether the channel's messages go elsewhere now than where the card is. */
async function hasMoved(work: Work, card: Card): Promise<boolean> {
  const place = await work.place();
  return place.state === 'known' && place.id !== card.channel;
}

/**
 * Looks in the channel for a card of the experience that is not remembered, and updates it. Null if there is none.
 */
async function adoptCard(
  work: Work,
  message: ExperienceMessage,
  gone: Card | null,
): Promise<Answer<Card> | TaskOutcome | null> {
  const { attempt, destination } = work.task;
  if (!attempt.uncertain && gone === null && message.history.length <= 1) {
    return null;
  }
  const found = await findPosted(
    work,
    ({ ts, metadata: { event_type, event_payload } }) =>
      event_type === 'intelligems_card' &&
      event_payload.experience_key === message.experienceKey &&
      event_payload.destination === destination &&
      ts !== gone?.ts,
    attempt.uncertain ? {} : { pages: ADOPTION_PAGES },
  );
  if (found.state === 'found') {
    const { ts, metadata } = found.message;
    const { key, shown_at } = metadata.event_payload;
    const updated = await updateCard(
      work,
      { channel: found.channel, ts, by: key, shown: shown_at ?? 0 },
      message,
    );
    return failedWith(updated, CARD_GONE) ? null : updated;
  }
  return attempt.uncertain || found.state === 'failed' ? settledBy(work, found) : null;
}

/** Shows the current state on a card, unless it shows a newer one. */
export async function updateCard(work: Work, card: Card, message: ExperienceMessage): Promise<Answer<Card>> {
  const shown = message.state.lastChangeAt ?? 0;
  if (shown < card.shown) {
    return { ok: true, data: card };
  }
  const { channel, ts, by } = card;
  const metadata = cardMetadata(work, message, by);
  const answer = await update(work, (people) => renderCard(message, people), { channel, ts, metadata });
  return answer.ok ? { ok: true, data: { ...card, shown } } : answer;
}

async function postCard(work: Work, message: ExperienceMessage): Promise<Answer<Card>> {
  const metadata = cardMetadata(work, message, message.key);
  const answer = await post(work, (people) => renderCard(message, people), { metadata });
  if (!answer.ok) {
    return answer;
  }
  const { channel, ts } = answer.data;
  return { ok: true, data: { channel, ts, by: message.key, shown: message.state.lastChangeAt ?? 0 } };
}

function cardMetadata({ task }: Work, message: ExperienceMessage, key: string): Metadata {
  return {
    event_type: 'intelligems_card',
    event_payload: {
      key,
      destination: task.destination,
      experience_key: message.experienceKey,
      shown_at: message.state.lastChangeAt ?? 0,
    },
  };
}
