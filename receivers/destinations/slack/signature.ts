import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { sameSecret } from '../../base/same-secret.ts';

/** A request that is further from now than this may be a repetition by someone who recorded it, milliseconds. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Whether Slack signed a request with this app's secret: HMAC-SHA256 over `v0:`, the time in seconds, `:` and the raw
 * body. Pure. https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @param now milliseconds since 1970
 */
export function slackSignature(
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  secret: string,
  now: number,
): 'valid' | 'stale' | 'invalid' {
  const time = headers['x-slack-request-timestamp'];
  const given = headers['x-slack-signature'];
  if (typeof time !== 'string' || !/^\d{1,12}$/.test(time) || typeof given !== 'string') {
    return 'invalid';
  }
  const expected = `v0=${createHmac('sha256', secret).update(`v0:${time}:`).update(body).digest('hex')}`;
  if (!sameSecret(given, expected)) {
    return 'invalid';
  }
  return Math.abs(Number(time) * 1000 - now) > TOLERANCE_MS ? 'stale' : 'valid';
}
