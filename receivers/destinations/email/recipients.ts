import { isPermanent, type SmtpFailure } from './failure.ts';

/** Who has been dealt with already, so that a further attempt goes to nobody twice. Addresses in lower case. */
export interface Progress {
  delivered: string[];
  /** Whom the server refused for good, with its words. */
  refused: Record<string, string>;
}

export const NO_PROGRESS: Progress = { delivered: [], refused: {} };

/** Under which key the progress of a delivery is remembered. */
export function progressFact(messageKey: string): string {
  return `recipients-${messageKey}`;
}

/** Reads what was remembered; nothing, or what cannot be read, is no progress. */
export function readProgress(fact: string | null): Progress {
  if (fact === null || fact === '') {
    return NO_PROGRESS;
  }
  const { delivered, refused } = JSON.parse(fact) as Progress;
  return { delivered, refused };
}

/** Which of the addresses still have to get the mail. */
export function remaining(addresses: readonly string[], { delivered, refused }: Progress): string[] {
  return addresses.filter((address) => {
    const known = address.toLowerCase();
    return !delivered.includes(known) && !Object.hasOwn(refused, known);
  });
}

/** One recipient that the server did not take in one attempt. */
export interface Rejection extends SmtpFailure {
  recipient?: string;
}

/**
 * Adds what came of one attempt.
 *
 * @param accepted the addresses that the server took
 * @param rejections those it did not take; who was deferred (4yz) stays remaining
 */
export function advance(
  before: Progress,
  accepted: readonly string[],
  rejections: readonly Rejection[],
): { progress: Progress; deferred: Rejection[] } {
  const refused = { ...before.refused };
  const deferred: Rejection[] = [];
  for (const rejection of rejections) {
    if (isPermanent(rejection.responseCode) && rejection.recipient !== undefined) {
      refused[rejection.recipient.toLowerCase()] = (rejection.response ?? rejection.message).replace(
        /\s+/g,
        ' ',
      );
    } else {
      deferred.push(rejection);
    }
  }
  return {
    progress: {
      delivered: [...before.delivered, ...accepted.map((address) => address.toLowerCase())],
      refused,
    },
    deferred,
  };
}
