// Verifies the signature of Intelligems webhooks. One file to copy: it imports only the platform.
// Runs on Node 20 and newer, Bun, Deno, and Cloudflare Workers with `nodejs_compat`.
import { Buffer } from 'node:buffer';
import { createHmac, timingSafeEqual } from 'node:crypto';

const HINTS = {
  'no-secret': 'No secret is configured, or one is empty: pass the secret that the sender signs with.',
  'body-not-raw':
    'The body is not raw: pass the bytes (Uint8Array, Buffer) or the text exactly as received, before a JSON parser.',
  'no-signature':
    'The request has no signature: read the header "x-intelligems-signature" (Node writes header names in lower case).',
  'malformed-signature': 'The signature is not 64 hex digits: pass the header exactly as received.',
  'no-match':
    'No secret gives this signature: compare the secret with the sender, and see that the body is byte for byte as sent.',
  'outside-tolerance':
    'The event has no readable time, or one too far from now: retries carry the old time, so allow hours or no limit.',
} as const;

/** Why a webhook was refused; the first two are mistakes of the calling code, not of the sender. */
export type RefusalReason = keyof typeof HINTS;

/** `secret` is the index of the secret that matched (0 for a single one); `hint` is one sentence with the fix. */
export type Verdict = { ok: true; secret: number } | { ok: false; reason: RefusalReason; hint: string };

export interface VerifyOptions {
  /**
   * How far the event's time may be from now, before or after, in ms. Off unless given: Intelligems signs no time
   * of sending, and its retries carry the event's old time, so that a limit of minutes refuses honest retries.
   */
  toleranceMs?: number;
  /** The event's time, in ms since 1970; unless given, `timestamp` of the verified JSON body. */
  timestamp?: number;
  /** The clock, in ms since 1970; `Date.now` unless given. */
  now?: () => number;
}

const refuse = (reason: RefusalReason): Verdict => ({ ok: false, reason, hint: HINTS[reason] });
const isRaw = (body: unknown): boolean => typeof body === 'string' || ArrayBuffer.isView(body);
const isSecret = (value: unknown): value is string => typeof value === 'string' && value !== '';
const sign = (body: Uint8Array | string, secret: string): string =>
  createHmac('sha256', secret).update(body).digest('hex');
const isHex = (text: string): boolean => text.length === 64 && /^[0-9a-fA-F]+$/.test(text);

/**
 * Says whether `body` was signed with (one of) `secret`. Never throws; before a verdict of `ok`, trust nothing in it.
 *
 * @param body The raw body: bytes, or text (taken as UTF-8; bytes are safer, decoders drop a byte order mark).
 * @param signature The header's value: HMAC-SHA256 of the body as 64 hex digits, in either case, and nothing else.
 * @param secret One secret, or several while they are rotated; all are always compared.
 * @example
 * const signature = request.headers['x-intelligems-signature']?.toString();
 * const verdict = verifyWebhook(rawBody, signature, process.env.WEBHOOK_SECRET ?? '');
 * if (!verdict.ok) return response.status(401).end(); // and log verdict.reason and verdict.hint
 */
export function verifyWebhook(
  body: Uint8Array | string,
  signature: string | null | undefined,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Verdict {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0 || !secrets.every(isSecret)) return refuse('no-secret');
  if (!isRaw(body)) return refuse('body-not-raw');
  if (signature === undefined || signature === null || signature === '') return refuse('no-signature');
  if (typeof signature !== 'string' || !isHex(signature)) return refuse('malformed-signature');

  const claimed = Buffer.from(signature.toLowerCase());
  let match = -1;
  // From the last to the first, with no early exit: the time taken does not reveal which secret matched.
  for (let index = secrets.length - 1; index >= 0; index--) {
    if (timingSafeEqual(Buffer.from(sign(body, secrets[index]!)), claimed)) match = index;
  }
  if (match < 0) return refuse('no-match');

  if (options.toleranceMs !== undefined) {
    const { timestamp = timestampOf(body), now = Date.now } = options;
    const near = typeof timestamp === 'number' && Math.abs(now() - timestamp) <= options.toleranceMs;
    if (!near) return refuse('outside-tolerance');
  }
  return { ok: true, secret: match };
}

/** Signs as the sender does: HMAC-SHA256 in lower-case hex. Throws a TypeError on a parsed body or an empty secret. */
export function signWebhook(body: Uint8Array | string, secret: string): string {
  if (!isSecret(secret)) throw new TypeError(HINTS['no-secret']);
  if (!isRaw(body)) throw new TypeError(HINTS['body-not-raw']);
  return sign(body, secret);
}

function timestampOf(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(typeof body === 'string' ? Buffer.from(body) : body))
      .timestamp;
  } catch {
    return undefined;
  }
}
