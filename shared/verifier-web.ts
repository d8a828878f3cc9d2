// Verifies the signature of Intelligems webhooks. One file to copy: it imports nothing.
// Runs wherever Web Crypto is: edge runtimes, Cloudflare Workers, Deno, Bun, Node 20 and newer, browsers.
// The same verdicts as verifier.ts, as promises.

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
const isHex = (text: string): boolean => text.length === 64 && /^[0-9a-fA-F]+$/.test(text);
const utf8 = new TextEncoder();
// A copy: the caller may change the body while the promise is pending, and Web Crypto refuses shared memory.
// Neither this nor `keyOf` writes its result down: TypeScript before 5.7, and Node's types alone, lack the names.
const copyOf = (body: Uint8Array | string) =>
  typeof body === 'string'
    ? utf8.encode(body)
    : new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
const keyOf = (secret: string) =>
  crypto.subtle.importKey('raw', utf8.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);

/**
 * Says whether `body` was signed with (one of) `secret`. Never rejects; before a verdict of `ok`, trust nothing in it.
 *
 * @param body The raw body: bytes, or text (taken as UTF-8; bytes are safer, decoders drop a byte order mark).
 * @param signature The header's value: HMAC-SHA256 of the body as 64 hex digits, in either case, and nothing else.
 * @param secret One secret, or several while they are rotated; all are always compared.
 * @example
 * const body = new Uint8Array(await request.arrayBuffer());
 * const verdict = await verifyWebhook(body, request.headers.get('x-intelligems-signature'), env.WEBHOOK_SECRET);
 * if (!verdict.ok) return new Response(null, { status: 401 }); // and log verdict.reason and verdict.hint
 */
export async function verifyWebhook(
  body: Uint8Array | string,
  signature: string | null | undefined,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<Verdict> {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret];
  if (secrets.length === 0 || !secrets.every(isSecret)) return refuse('no-secret');
  if (!isRaw(body)) return refuse('body-not-raw');
  if (signature === undefined || signature === null || signature === '') return refuse('no-signature');
  if (typeof signature !== 'string' || !isHex(signature)) return refuse('malformed-signature');

  const bytes = copyOf(body);
  const claimed = Uint8Array.from(signature.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  // All are compared, in constant time each, before one is looked at: the time taken does not reveal which matched.
  const matches = await Promise.all(
    secrets.map(async (each) => crypto.subtle.verify('HMAC', await keyOf(each), claimed, bytes)),
  );
  const match = matches.indexOf(true);
  if (match < 0) return refuse('no-match');

  if (options.toleranceMs !== undefined) {
    const { timestamp = timestampOf(bytes), now = Date.now } = options;
    const near = typeof timestamp === 'number' && Math.abs(now() - timestamp) <= options.toleranceMs;
    if (!near) return refuse('outside-tolerance');
  }
  return { ok: true, secret: match };
}

/** Signs as the sender does: HMAC-SHA256 in lower-case hex. Rejects with a TypeError on a parsed body or an empty secret. */
export async function signWebhook(body: Uint8Array | string, secret: string): Promise<string> {
  if (!isSecret(secret)) throw new TypeError(HINTS['no-secret']);
  if (!isRaw(body)) throw new TypeError(HINTS['body-not-raw']);
  const digest = await crypto.subtle.sign('HMAC', await keyOf(secret), copyOf(body));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function timestampOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)).timestamp;
  } catch {
    return undefined;
  }
}
