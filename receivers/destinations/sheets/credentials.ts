import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isRecord } from '../../../shared/events.ts';

/** What is needed of a service account's key. */
export interface Credentials {
  /** The address to share a spreadsheet with. */
  email: string;
  /** In PEM. */
  privateKey: string;
  keyId: string | undefined;
}

export type CredentialsResult = { ok: true; credentials: Credentials } | { ok: false; reason: string };

/** Where a key comes from. */
export const KEY_ORIGIN =
  'To get a key, open the Google Cloud console, IAM & Admin, Service Accounts, your account, Keys, Add key, JSON';

/**
 * Reads a service account's key from its JSON text or from the file at that path. Understands what shells, .env files
 * and hosting panels make of the text: quotes around it, `\n` written out, line breaks inside strings, Windows line
 * ends, a byte order mark, and base64. What is wrong comes back as sentences for people, without any part of the key.
 */
export function readCredentials(key: string): CredentialsResult {
  if (isWrittenOut(key)) {
    return parseCredentials(key);
  }
  try {
    return parseCredentials(readFileSync(key.trim(), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'the file does not exist' : `the file cannot be read (${code})`;
    return { ok: false, reason: `The service account’s key should be in a file, but ${why}.` };
  }
}

/** JSON, in quotes or not; PEM; or base64 of JSON, which begins with one of these letters. Else it is a path. */
function isWrittenOut(key: string): boolean {
  const text = plain(key);
  return (
    /^(?:[{"]|-----BEGIN)/.test(text) ||
    (text.length > 200 && /^(?:77u\/)?(?:e[wy]|In)[A-Za-z0-9+/_-]/.test(text))
  );
}

/** Without a byte order mark and quotes that a shell would have taken away. */
function plain(text: string): string {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  return /^'[\s\S]*'$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed;
}

function parseCredentials(text: string): CredentialsResult {
  if (plain(text).startsWith('-----BEGIN')) {
    const reason = 'This is only the private key. The whole JSON file that Google gave you is needed.';
    return { ok: false, reason };
  }
  const document = readDocument(plain(text));
  if (document === undefined) {
    return { ok: false, reason: 'The service account’s key is not valid JSON.' };
  }
  const other = otherKind(document);
  if (other !== null) {
    return { ok: false, reason: `The JSON is not a service account key: ${other}.` };
  }
  const { client_email, private_key, private_key_id } = document as Record<string, unknown>;
  const missing = Object.entries({ client_email, private_key })
    .filter(([, value]) => typeof value !== 'string' || value.trim() === '')
    .map(([name]) => name);
  if (missing.length > 0) {
    const reason = `The JSON is not a service account key: it has no ${missing.join(' and no ')}.`;
    return { ok: false, reason };
  }
  const privateKey = readPrivateKey(String(private_key));
  if (privateKey === null) {
    const reason = 'The private_key of the service account’s key cannot be read: it is damaged or cut off.';
    return { ok: false, reason };
  }
  const keyId = typeof private_key_id === 'string' ? private_key_id : undefined;
  return { ok: true, credentials: { email: String(client_email).trim(), privateKey, keyId } };
}

/** The JSON value; undefined if there is none. */
function readDocument(text: string, depth = 0): unknown {
  if (depth > 3) {
    return undefined;
  }
  const readings = [
    text,
    // Some hosting panels turn the `\n` of the private key into line breaks.
    text.replace(/"(?:[^"\\]|\\.)*"/gs, (string) => string.replaceAll(/\r?\n/g, '\\n')),
    text.replaceAll('\\"', '"'),
  ];
  for (const reading of readings) {
    try {
      const value: unknown = JSON.parse(reading);
      return typeof value === 'string' ? readDocument(plain(value), depth + 1) : value;
    } catch {}
  }
  if (/^[\w+/=\s-]+$/.test(text)) {
    const decoded = plain(Buffer.from(text, 'base64').toString());
    return /^[{"]/.test(decoded) ? readDocument(decoded, depth + 1) : undefined;
  }
  return undefined;
}

/** What the JSON is instead of a service account's key; null if it may be one. */
function otherKind(document: unknown): string | null {
  if (!isRecord(document)) {
    return 'it is not an object';
  }
  if (isRecord(document.installed) || isRecord(document.web)) {
    return 'it is an OAuth client. Create a service account, and a key for it';
  }
  const { type } = document;
  return typeof type !== 'string' || type === 'service_account' ? null : 'its type is not service_account';
}

/** The key in PEM with one line break where each belongs; null if it is not an RSA key. */
function readPrivateKey(text: string): string | null {
  const parts = /-----BEGIN ((?:RSA )?PRIVATE KEY)-----([\s\S]*?)-----END \1-----/.exec(
    text.replaceAll(/\\[nr]/g, '\n'),
  );
  if (parts === null) {
    return null;
  }
  const [, label, body = ''] = parts;
  const lines = body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? [];
  const pem = [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa' ? pem : null;
  } catch {
    return null;
  }
}
