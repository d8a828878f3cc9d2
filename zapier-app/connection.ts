import type { Bundle, ZObject } from 'zapier-platform-core';
import { enteredText } from '../shared/zapier-text.ts';

/** The address of a team's receiver, and the key for it. */
export interface ReceiverConnection {
  /** https, or http on this machine; without a slash at its end. */
  url: string;
  key: string;
}

/** The access token for the External API. Throws an error for the person if it is blank or cannot be a token. */
export function accessTokenOf(z: ZObject, { authData }: Pick<Bundle, 'authData'>): string {
  const label = 'Intelligems Access Token';
  const token = enteredText(authData.access_token);
  if (token === null) {
    throw invalid(z, `The ${label} is blank. Create one in Intelligems, under Integrations.`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw invalid(z, notPlain(label));
  }
  return token;
}

/** The webhook secrets: the field as a whole, and its parts if it holds several. Null if it is blank. */
export function webhookSecretsOf({ authData }: Pick<Bundle, 'authData'>): string[] | null {
  const secret = enteredText(authData.webhook_secret);
  return secret === null ? null : [secret, ...secret.split(/\s+/)];
}

/**
 * The receiver of the connection; null if it names none. Throws an error for the person if only one of the two fields
 * is filled, or one of them cannot be right. No value is ever part of an error.
 */
export function receiverOf(z: ZObject, { authData }: Pick<Bundle, 'authData'>): ReceiverConnection | null {
  const address = enteredText(authData.receiver_url);
  const key = enteredText(authData.receiver_key);
  if (address === null && key === null) {
    return null;
  }
  if (address === null) {
    throw invalid(z, 'The connection lacks the Receiver URL. Fill in both fields, or leave both blank.');
  }
  if (key === null) {
    throw invalid(
      z,
      'The connection lacks the Receiver Key. The person who runs the receiver makes one (npm run zapier-keys) or knows its setting ZAPIER_API_KEY. Fill in both fields, or leave both blank.',
    );
  }
  if (!/^[\x20-\x7e]+$/.test(key)) {
    throw invalid(z, notPlain('Receiver Key'));
  }
  return { url: receiverAddress(z, address), key };
}

/** Pages and routes of a receiver that people paste instead of its address. */
const RECEIVER_PATHS = /\/(?:console|webhooks\/intelligems|zapier|healthz|readyz|metrics)(?:\/.*)?$/i;

function receiverAddress(z: ZObject, entered: string): string {
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(entered) ? entered : `https://${entered}`);
  if (url === null || !isSafe(url) || /["'“”‘’\s]/.test(entered)) {
    throw invalid(
      z,
      'The Receiver URL must be an address that starts with https://, such as https://hooks.example.com.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(z, 'The Receiver URL must not contain a user name or a password.');
  }
  return `${url.origin}${url.pathname.replace(RECEIVER_PATHS, '').replace(/\/+$/, '')}`;
}

/** Encrypted, or on the machine itself. */
export function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname));
}

function notPlain(label: string): string {
  return `The ${label} contains a character that cannot be part of it, such as a curly quote, a space or a line break. Copy it again, and paste it as plain text.`;
}

function invalid(z: ZObject, message: string): Error {
  return new z.errors.Error(message, 'invalid credentials', 400);
}
