import { cut } from '../../../shared/words.ts';
import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { smtpOutcome } from './failure.ts';
import { advance, isTooMany, type Progress, remaining } from './recipients.ts';
import { replyAdvice } from './replies.ts';
import { enhancedCode, type Rejection, type Transmission } from './transmission.ts';

/** One mail to some of a delivery's recipients, and what is known of the others. */
export interface Batch {
  before: Progress;
  /** Who did not have the mail before. */
  open: string[];
  /** Those of them that this mail went to. */
  recipients: string[];
  sent: Transmission;
  /** Host and port, for people. */
  server: string;
  setting: SettingName;
  /** The key under which the progress is remembered. */
  fact: string;
  /** What to say about a mail that may have arrived twice; null if it cannot have. */
  repeated: string | null;
}

/** What a mail to some of the recipients means for the delivery. */
export function batchOutcome(batch: Batch): Outcome {
  const { before, open, recipients, sent, server, setting, fact } = batch;
  const { progress, deferred } = advance(before, sent);
  const left = remaining(open, progress);
  const remember = progress === before ? {} : { remember: { [fact]: JSON.stringify(progress) } };
  const smaller = inSmallerMails(batch);
  if (smaller !== null) {
    return smaller;
  }
  if (sent.failure !== null && sent.rejections.length < recipients.length) {
    const outcome = smtpOutcome(sent.failure, server, sent.unsure.length > 0, setting);
    return { ...outcome, reason: `${outcome.reason}${alreadySent(progress)}`, ...remember };
  }
  const answer = cut(sent.response || `${sent.failure?.response ?? ''}`, 1024);
  if (left.length === 0) {
    const outcome = finished(batch, progress, answer);
    return outcome.type === 'done' && hasProgress(before)
      ? { ...outcome, remember: { [fact]: '' } }
      : outcome;
  }
  if (sent.accepted.length > 0 || deferred.length === 0) {
    const atOnce = deferred.every(isTooMany);
    const reason = `${server} took the mail for ${sent.accepted.length} of ${open.length} recipients. ${
      atOnce ? 'The others get it right away.' : `The others get it later: ${spelled(deferred)}.`
    }`;
    return {
      type: 'retry',
      reason,
      progressed: true,
      ...(atOnce ? { delayMs: 0 } : {}),
      answer,
      ...remember,
    };
  }
  const waits = deferred.flatMap((rejection) => adviceFor(rejection)?.waitMs ?? []);
  const advice = deferred.flatMap((rejection) => adviceFor(rejection)?.advice(setting) ?? [])[0];
  const reason = `${server} does not take the mail for ${spelled(deferred)} at the moment.${advice === undefined ? '' : ` ${advice}`}${alreadySent(progress)}`;
  const limited = waits.length === 0 ? {} : { rateLimited: true, delayMs: Math.max(...waits) };
  return { type: 'retry', reason, ...limited, answer, ...remember };
}

/** Some servers refuse a whole mail for the number of its recipients. Null if that is not what happened. */
function inSmallerMails({ before, recipients, sent, server, fact }: Batch): Outcome | null {
  const { failure, unsure } = sent;
  if (failure === null || unsure.length > 0 || recipients.length === 1 || !isTooMany(failure)) {
    return null;
  }
  const most = Math.floor(recipients.length / 2);
  return {
    type: 'retry',
    reason: `${server} takes no mail for ${recipients.length} recipients. They get it in smaller mails.`,
    progressed: true,
    delayMs: 0,
    answer: cut(`${failure.response ?? ''}`, 1024),
    remember: { [fact]: JSON.stringify({ ...before, most }) },
  };
}

/** Every recipient has the mail or was rejected. */
function finished({ sent, server, setting, repeated }: Batch, progress: Progress, answer: string): Outcome {
  const refused = Object.entries(progress.refused).map(
    ([address, words]) => `${address} (${cut(words, 200)})`,
  );
  if (progress.delivered.length === 0) {
    const advice = sent.rejections.flatMap((rejection) => adviceFor(rejection)?.advice(setting) ?? [])[0];
    const otherwise = `Correct ${setting('to')}, or ask the server’s administrator whether it may send for the address in ${setting('from')}.`;
    return {
      type: 'dead',
      reason: `${server} rejected every recipient: ${refused.join(', ')}. ${advice ?? otherwise}`,
      answer,
    };
  }
  const notes = [
    ...(refused.length === 0
      ? []
      : [`${server} rejected ${refused.join(', ')}. Correct ${setting('to')}. The others have the mail.`]),
    ...(repeated === null ? [] : [repeated]),
  ];
  return { type: 'done', answer, ...(notes.length === 0 ? {} : { note: notes.join(' ') }) };
}

function adviceFor(rejection: Rejection): ReturnType<typeof replyAdvice> {
  const { responseCode, response, message } = rejection;
  return responseCode === undefined
    ? null
    : replyAdvice(responseCode, enhancedCode(rejection), `${response ?? message}`);
}

function hasProgress({ delivered, refused, unsure, most }: Progress): boolean {
  return delivered.length + unsure.length + Object.keys(refused).length > 0 || most !== null;
}

function alreadySent({ delivered }: Progress): string {
  return delivered.length === 0 ? '' : ` Already sent to: ${delivered.join(', ')}.`;
}

function spelled(rejections: readonly Rejection[]): string {
  const shown = rejections.slice(0, 5).map(({ recipient, response, message }) => {
    return `${recipient} (${cut(`${response ?? message}`.replace(/\s+/g, ' '), 200)})`;
  });
  const more = rejections.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
