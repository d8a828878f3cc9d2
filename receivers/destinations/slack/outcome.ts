import type { Outcome } from '../../contract/outcome.ts';
import { channelWords } from './channels.ts';
import type { Failure } from './failure.ts';
import { sentFact, type TaskOutcome } from './work.ts';

interface ChannelOutcome {
  channel: string;
  outcome: TaskOutcome;
}

/**
 * The outcome of a delivery to several channels. If one failed, those that are done are remembered, so that the next
 * attempt does not repeat them.
 *
 * @param key the delivery's
 */
export function combinedOutcome(outcomes: readonly ChannelOutcome[], key: string): Outcome {
  const several = outcomes.length > 1;
  const failures = outcomes.flatMap(({ channel, outcome }) =>
    outcome.ok ? [] : [{ channel, failure: outcome.failure }],
  );
  const details = { ...answersOf(outcomes), ...rememberedOf(outcomes, several && failures.length > 0, key) };
  if (failures.length === 0) {
    return { type: 'done', ...noteOf(outcomes, several), ...details };
  }
  const reason = failures
    .map(({ channel, failure }) => `${channelWords(channel)}: ${failure.reason}`)
    .join(' ');
  const open = failures.map(({ failure }) => failure).filter(({ kind }) => kind !== 'permanent');
  return open.length === 0
    ? { type: 'dead', reason, ...details }
    : { type: 'retry', reason, ...details, ...retryDetails(open) };
}

function answersOf(outcomes: readonly ChannelOutcome[]): { answer?: string } {
  const answers = outcomes
    .map(({ outcome }) => (outcome.ok ? outcome.answer : outcome.failure.answer))
    .filter((answer) => answer !== undefined);
  return answers.length === 0 ? {} : { answer: answers.join('\n').slice(0, 1024) };
}

function noteOf(outcomes: readonly ChannelOutcome[], several: boolean): { note?: string } {
  const notes = outcomes.flatMap(({ channel, outcome }) => {
    const note = outcome.ok ? outcome.note : undefined;
    return note === undefined ? [] : [several ? `${channelWords(channel)}: ${note}` : note];
  });
  return notes.length === 0 ? {} : { note: `${capitalized(notes.join('; '))}.` };
}

function rememberedOf(
  outcomes: readonly ChannelOutcome[],
  marksDone: boolean,
  key: string,
): { remember?: Record<string, string> } {
  const remember: Record<string, string> = {};
  for (const { channel, outcome } of outcomes) {
    Object.assign(remember, outcome.facts);
    if (marksDone && outcome.ok) {
      remember[sentFact(channel, key)] = 'done';
    }
  }
  return Object.keys(remember).length === 0 ? {} : { remember };
}

function retryDetails(failures: readonly Failure[]): {
  rateLimited?: true;
  delayMs?: number;
  uncertain?: true;
} {
  const delays = failures.map(({ delayMs }) => delayMs ?? 0);
  return {
    ...(failures.some(({ kind }) => kind === 'rate limited') ? { rateLimited: true } : {}),
    ...(delays.some((delay) => delay > 0) ? { delayMs: Math.max(...delays) } : {}),
    ...(failures.some(({ uncertain }) => uncertain) ? { uncertain: true } : {}),
  };
}

function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
