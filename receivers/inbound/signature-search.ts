import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type BodyMistake, bodyReadings } from './body-readings.ts';
import { type KnownSecrets, type SecretMistake, secretReadings } from './secret-readings.ts';

/** Headers as Node gives them: names in lower case, a value, or several where a header came more than once. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** How the 32 bytes of an HMAC-SHA256 are written in a header. */
export type SignatureEncoding = 'hex' | 'base64' | 'base64url';

/** A place in the headers that may hold an HMAC-SHA256: its form fits, whether or not its value does. */
export interface ClaimedSignature {
  /** The header's name, in lower case. */
  header: string;
  encoding: SignatureEncoding;
  /** What stands before it, such as `sha256=`; empty where nothing does. */
  prefix: string;
  /** True where the header holds more than one signature with its prefix: another value, quotes, white space. */
  surrounded: boolean;
  /** The 32 bytes. */
  digest: Buffer;
}

/** A signature that fits, and by which reading of body and secret; without mistakes, the sender did all of it right. */
export interface SignatureMatch extends ClaimedSignature {
  /** The place of the secret in its list: of the configured ones, the previous ones, or those of another source. */
  secret: number;
  secretMistake?: SecretMistake;
  /** The other source whose secret it is, for the mistake `another-source`. */
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

/** Finds every value in the headers whose form is that of an HMAC-SHA256; the first 64 of them, in the headers' order. */
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
 * Finds a signature in the headers that fits the body, read as it is or as after one of the known mistakes; undefined
 * where none does. The work is bounded, whatever the request: the most likely readings come first.
 */
export function findSignature(request: SearchedRequest): SignatureMatch | undefined {
  const claimed = claimedSignatures(request.headers);
  if (claimed.length === 0) {
    return undefined;
  }
  const keys = secretReadings(request);
  // A misread body together with a misread secret is too rare to be worth the square of the work.
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
