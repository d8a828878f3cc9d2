import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type BodyMistake, bodyReadings } from './body-readings.ts';
import { type KnownSecrets, type SecretMistake, secretReadings } from './secret-readings.ts';

/** Headers as Node gives them: lower-case names, with one value or a list of values. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How the 32 bytes of an HMAC-SHA256 are written in a header. */
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** A header value with the form of an HMAC-SHA256, correct or not. */
export interface ClaimedSignature {
  /** The header's name, in lower case. */
  header: string;
  encoding: SignatureEncoding;
  /** The text before it, such as `sha256=`, or an empty text. */
  prefix: string;
  /** Whether the header has anything else: another value, quotation marks, white space. */
  surrounded: boolean;
  /** The 32 bytes. */
  digest: Buffer;
}

/** A signature that matches, and the mistakes in the body and secret that it assumes, if any. */
export interface SignatureMatch extends ClaimedSignature {
  /** The index of the secret in its list: configured, previous, or of another source. */
  secret: number;
  secretMistake?: SecretMistake;
  /** With the mistake `another-source`: the source that has this secret. */
  source?: string;
  bodyMistake?: BodyMistake;
}

/** What a search looks at. */
export interface SearchedRequest extends KnownSecrets {
  body: Uint8Array;
  headers: Headers;
}

const MAX_HEADER_CHARACTERS = 2_000;
const MAX_CLAIMED = 64;
/** Bytes that one search may hash: some milliseconds of work. Each HMAC counts as at least MIN_COST. */
const MAX_COST = 4 * 1024 * 1024;
const MIN_COST = 4_096;

const PREFIX = /^(?:(?:[A-Za-z][A-Za-z0-9-]{0,15}[=:])|0x)(?=.)/;

/** Finds header values with the form of an HMAC-SHA256: the first 64, in the order of the headers. */
export function claimedSignatures(headers: Headers): ClaimedSignature[] {
  const claimed = Object.entries(headers).flatMap(([name, value]) => {
    const text = [value ?? ''].flat().join(', ').slice(0, MAX_HEADER_CHARACTERS);
    return text.split(/[\s,;"']+/).flatMap((word) => {
      const prefix = PREFIX.exec(word)?.[0] ?? '';
      const decoded = decode(word.slice(prefix.length));
      return decoded === undefined
        ? []
        : [{ header: name.toLowerCase(), prefix, surrounded: word !== text, ...decoded }];
    });
  });
  return claimed.slice(0, MAX_CLAIMED);
}

/**
 * Finds a signature in the headers that matches the body, as it is or after undoing one known mistake; undefined if
 * none matches. The work is bounded for every request. The most likely readings come first.
 */
export function findSignature(request: SearchedRequest): SignatureMatch | undefined {
  const claimed = claimedSignatures(request.headers);
  if (claimed.length === 0) {
    return undefined;
  }
  const keys = secretReadings(request);
  // A mistake in the body and one in the secret at the same time is too rare for the quadratic work.
  const likelyKeys = keys.filter(({ mistake }) => mistake === undefined || mistake === 'previous');
  let cost = 0;
  for (const { bytes, mistake: bodyMistake } of bodyReadings(request.body, request.headers)) {
    for (const { key, mistake: secretMistake, ...which } of bodyMistake === undefined ? keys : likelyKeys) {
      cost += Math.max(bytes.length, MIN_COST);
      if (cost > MAX_COST) {
        return undefined;
      }
      const digest = createHmac('sha256', key).update(bytes).digest();
      const found = claimed.find((each) => timingSafeEqual(each.digest, digest));
      if (found !== undefined) {
        return { ...found, ...which, secretMistake, bodyMistake };
      }
    }
  }
  return undefined;
}

function decode(word: string): { encoding: SignatureEncoding; digest: Buffer } | undefined {
  if (/^[0-9a-f]{64}$/i.test(word)) {
    return { encoding: 'hex', digest: Buffer.from(word, 'hex') };
  }
  if (/^[A-Za-z0-9+/]{43}=?$/.test(word)) {
    return { encoding: 'base64', digest: Buffer.from(word, 'base64') };
  }
  if (/^[A-Za-z0-9_-]{43}=?$/.test(word)) {
    return { encoding: 'base64url', digest: Buffer.from(word, 'base64url') };
  }
  return undefined;
}
