import { Webhook } from 'standardwebhooks';

const PREFIX = 'whsec_';

/** The headers of the Standard Webhooks scheme. */
export interface SignatureHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/**
 * Signs a body by the Standard Webhooks scheme, version 1:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param id the same on every attempt, so that the other side can recognize repeats
 * @param time when this attempt is made, milliseconds since 1970
 * @param secrets each `whsec_` and base64; each gives one signature, separated by spaces
 */
export function sign(id: string, time: number, body: string, secrets: readonly string[]): SignatureHeaders {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, new Date(time), body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(time / 1000)),
    'webhook-signature': signatures.join(' '),
  };
}

const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/** What is wrong with a signing secret, and how to create one; null for a good one. Never repeats the secret. */
export function secretProblem(secret: string): string | null {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') === encoded && bytes.length >= FEWEST_BYTES && bytes.length <= MOST_BYTES) {
    return null;
  }
  return `A signing secret is ${PREFIX} followed by ${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64; ${HOW_TO_CREATE_A_SECRET}`;
}

/** How to create a secret, for people who have none yet. */
export const HOW_TO_CREATE_A_SECRET = `create one with: node -p "'whsec_' + crypto.randomBytes(32).toString('base64')"`;
