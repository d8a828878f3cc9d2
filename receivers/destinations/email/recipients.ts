import { addressKey, needsUtf8 } from './addresses.ts';
import { replyAdvice } from './replies.ts';
import {
  enhancedCode,
  isPermanent,
  type Rejection,
  type SmtpFailure,
  type Transmission,
} from './transmission.ts';

/** Who has been dealt with already, so that another attempt sends no one the mail twice. Addresses in lower case. */
export interface Progress {
  delivered: string[];
  /** Whom the server refused permanently, with its words. */
  refused: Record<string, string>;
  /** Who may have the mail from an attempt that got no answer. */
  unsure: string[];
  /** How many recipients a mail may have, if the server refused one for having more; null if it did not. */
  most: number | null;
}

const NO_PROGRESS: Progress = { delivered: [], refused: {}, unsure: [], most: null };

/** Under which key the progress of a delivery is remembered. */
export function progressFact(messageKey: string): string {
  return `recipients-${messageKey}`;
}

/** Reads what was remembered. */
export function readProgress(fact: string | null): Progress {
  return fact === null || fact === ''
    ? NO_PROGRESS
    : { ...NO_PROGRESS, ...(JSON.parse(fact) as Partial<Progress>) };
}

/** Which of the addresses still have to get the mail. */
export function remaining(addresses: readonly string[], { delivered, refused }: Progress): string[] {
  return addresses.filter((address) => {
    const key = addressKey(address);
    return !delivered.includes(key) && !Object.hasOwn(refused, key);
  });
}

/**
 * Whom the next mail goes to: those whose addresses are ASCII come first and in a mail of their own, because
 * RFC 6531 lets no server pass a mail that names another kind of address on to a server without SMTPUTF8.
 */
export function nextBatch(addresses: readonly string[], { most }: Progress): string[] {
  const plain = addresses.filter((address) => !needsUtf8(address));
  return (plain.length > 0 ? plain : addresses).slice(0, most ?? addresses.length);
}

/**
 * Adds the result of one mail. Gives the same object if nothing changed.
 *
 * @returns the progress, and who gets the mail with a later one
 */
export function advance(
  before: Progress,
  { accepted, rejections, unsure }: Pick<Transmission, 'accepted' | 'rejections' | 'unsure'>,
): { progress: Progress; deferred: Rejection[] } {
  const deferred = rejections.filter((rejection) => isTemporary(rejection, accepted.length > 0));
  const refused = rejections.filter((rejection) => !deferred.includes(rejection));
  const progress =
    accepted.length + refused.length + unsure.length === 0
      ? before
      : {
          ...before,
          delivered: [...before.delivered, ...accepted.map(addressKey)],
          refused: { ...before.refused, ...Object.fromEntries(refused.map(inWords)) },
          unsure: [...new Set([...before.unsure, ...unsure.map(addressKey)])],
        };
  return { progress, deferred };
}

/**
 * Whether the server takes a recipient with another mail, or a mail with fewer recipients: one mail had too many of
 * them (RFC 5321, section 4.5.3.1.10, where servers answer 452 or, following RFC 821, 552; x.5.3 in RFC 3463).
 */
export function isTooMany(rejection: SmtpFailure): boolean {
  const words = `${rejection.response ?? ''}`;
  return enhancedCode(rejection)?.slice(2) === '5.3' || /too many (recipients|rcpts?\b)/i.test(words);
}

/** @param tookOthers the server took the same mail for someone else */
function isTemporary(rejection: Rejection, tookOthers: boolean): boolean {
  const { recipient, responseCode = 0, response } = rejection;
  return (
    recipient === undefined ||
    !isPermanent(responseCode) ||
    (tookOthers && isTooMany(rejection)) ||
    replyAdvice(responseCode, enhancedCode(rejection), `${response}`)?.waitMs !== undefined
  );
}

function inWords({ recipient = '', response, message }: Rejection): [address: string, words: string] {
  return [addressKey(recipient), `${response ?? message}`.replace(/\s+/g, ' ')];
}
