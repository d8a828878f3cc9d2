import type { Outcome } from '../../contract/outcome.ts';
import { channelWords } from './channels.ts';
import { type ErrandOutcome, sentFact } from './delivery.ts';
import type { Failure } from './failure.ts';

/**
 * What a delivery's errands to its channels come to. Where one failed, those that are done are remembered, so
 * that a further attempt does not repeat them.
 *
 * @param key the delivery's
 */
export function combinedOutcome(
  errands: readonly { channel: string; outcome: ErrandOutcome }[],
  key: string,
): Outcome {
  const remember: Record<string, string> = {};
  const failures: { channel: string; failure: Failure }[] = [];
  const notes: string[] = [];
  const answers: string[] = [];
  for (const { channel, outcome } of errands) {
    Object.assign(remember, outcome.facts);
    const answer = outcome.ok ? outcome.answer : outcome.failure.answer;
    if (answer !== undefined) {
      answers.push(answer);
    }
    if (!outcome.ok) {
      failures.push({ channel, failure: outcome.failure });
    } else if (outcome.note !== undefined) {
      notes.push(errands.length > 1 ? `${channelWords(channel)}: ${outcome.note}` : outcome.note);
    }
  }
  const answer = answers.length === 0 ? {} : { answer: answers.join('\n').slice(0, 1024) };
  const note = notes.length === 0 ? {} : { note: `${capital(notes.join('; '))}.` };
  const facts = (): { remember?: Record<string, string> } =>
    Object.keys(remember).length === 0 ? {} : { remember };
  if (failures.length === 0) {
    return { type: 'done', ...note, ...answer, ...facts() };
  }
  if (errands.length > 1) {
    for (const { channel, outcome } of errands) {
      if (outcome.ok) {
        remember[sentFact(channel, key)] = 'done';
      }
    }
  }
  const reason = failures
    .map(({ channel, failure }) => `${channelWords(channel)}: ${failure.reason}`)
    .join(' ');
  const open = failures.filter(({ failure }) => failure.kind !== 'permanent');
  if (open.length === 0) {
    return { type: 'dead', reason, ...answer, ...facts() };
  }
  return {
    type: 'retry',
    reason,
    ...answer,
    ...facts(),
    ...retryDetails(open.map(({ failure }) => failure)),
  };
}

/** A retry's `rateLimited`, `delayMs` and `uncertain`, from the failures that lead to it. */
export function retryDetails(failures: readonly Failure[]): {
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

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
