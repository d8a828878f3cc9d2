import { createHmac, timingSafeEqual } from 'node:crypto';

/** The header that marks a signed request as a test. `npm run send` sets it, Intelligems never does. */
export const TEST_HEADER = 'x-receiver-test';

/** Keeps the mark's key apart from the webhook secret: a mark can never pass for a webhook's signature. */
const CONTEXT = 'intelligems-receivers: this request is a test';

/**
 * The value of {@link TEST_HEADER} for a body: HMAC-SHA256 over the raw body in lower-case hex. The key is the
 * HMAC-SHA256 of the context above under the webhook secret. Only a sender who has the secret can mark a request.
 */
export function testMark(body: Uint8Array, secret: string): string {
  const key = createHmac('sha256', secret).update(CONTEXT).digest();
  return createHmac('sha256', key).update(body).digest('hex');
}

/**
 * Whether a verified request is a test. A mark that none of the source's secrets made is ignored: somebody on the way
 * may have added it to a real webhook.
 */
export function isMarkedAsTest(
  mark: string | readonly string[] | undefined,
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  if (mark === undefined) {
    return false;
  }
  const given = Buffer.from(String(mark));
  return secrets.some((secret) => {
    const expected = Buffer.from(testMark(body, secret));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
