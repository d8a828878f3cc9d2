import type { ExperienceMessage } from '../../contract/message.ts';
import { CARD_GONE, showOnCard, updateCard } from './card.ts';
import { renderMessage, renderReply } from './render.ts';
import { ALREADY_THERE, failedWith, findSaid, say } from './said.ts';
import { type Card, CHANNEL_DENIED, sentFact, type Task, type TaskOutcome, Work } from './work.ts';
import { update } from './write.ts';

/** Brings one message to one channel, or finds that an earlier attempt did. */
export async function deliver(task: Task): Promise<TaskOutcome> {
  const work = new Work(task);
  const { message, mode, channel, attempt, completes } = task;
  if (completes && message.kind === 'experience') {
    return complete(work, message);
  }
  if ((await attempt.recall(sentFact(channel, message.key))) !== null) {
    return work.done({ note: ALREADY_THERE });
  }
  return message.kind === 'experience' && mode === 'card' ? showOnCard(work, message) : sayMessage(work);
}

/** Posts a message of its own: into the channel, or, for a report on an experience, into its card's thread. */
async function sayMessage(work: Work): Promise<TaskOutcome> {
  const { message, buttons } = work.task;
  return say(work, (people) => renderMessage(message, people, buttons), await cardOfReport(work));
}

async function cardOfReport(work: Work): Promise<Card | null> {
  const { message } = work.task;
  if (message.kind !== 'report' || message.experienceKey === null) {
    return null;
  }
  const card = await work.recallCard(message.experienceKey);
  if (card === null) {
    return null;
  }
  const place = await work.place();
  return place.state === 'known' && place.id !== card.channel ? null : card;
}

/** Slack's errors for something that can no longer be updated. */
const GONE: readonly string[] = [...CARD_GONE, ...CHANNEL_DENIED];

const NO_CARD = 'the card to update no longer exists';

/** Updates the card, and what was said about the event, if they still exist. */
async function complete(work: Work, message: ExperienceMessage): Promise<TaskOutcome> {
  if (work.task.mode === 'message') {
    return completeSaid(work, message, null);
  }
  const card = await work.recallCard(message.experienceKey);
  if (card === null) {
    return work.done({ note: NO_CARD });
  }
  const updated = await updateCard(work, card, message);
  if (!updated.ok) {
    return failedWith(updated, GONE) ? work.done({ note: NO_CARD }) : work.failed(updated.failure);
  }
  work.rememberCard(message.experienceKey, updated.data);
  return completeSaid(work, message, updated.data);
}

async function completeSaid(work: Work, message: ExperienceMessage, card: Card | null): Promise<TaskOutcome> {
  const found = await findSaid(work, card);
  if (found.state === 'failed') {
    return work.failed(found.failure);
  }
  if (found.state !== 'found') {
    return work.done();
  }
  const { ts, metadata } = found.message;
  const answer = await update(
    work,
    (people) => (card === null ? renderMessage(message, people) : renderReply(message, people)),
    { channel: found.channel, ts, metadata },
  );
  return answer.ok || failedWith(answer, GONE) ? work.done() : work.failed(answer.failure);
}
