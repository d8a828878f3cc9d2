import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** What a Standard Webhooks sender puts on a request. */
export interface SignatureHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/**
 * Signs a body by the Standard Webhooks scheme, version 1:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param id the same on every attempt, so that the other side can tell repeats
 * @param time when this attempt is made, milliseconds since 1970
 * @param secrets each `whsec_` and base64; one signature each, parted by spaces
 */
export function sign(id: string, time: number, body: string, secrets: readonly string[]): SignatureHeaders {
  const timestamp = String(Math.floor(time / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/** What is wrong with a signing secret, and how to make one; null for a good one. Never repeats the secret. */
export function secretProblem(secret: string): string | null {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') === encoded && bytes.length >= FEWEST_BYTES && bytes.length <= MOST_BYTES) {
    return null;
  }
  return `A signing secret is ${PREFIX} and ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64; ${HOW_TO_MAKE_A_SECRET}`;
}

/** For people who have no secret yet. */
export const HOW_TO_MAKE_A_SECRET = `make one with: node -p "'whsec_' + crypto.randomBytes(32).toString('base64')"`;
