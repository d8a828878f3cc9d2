import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SettingName } from '../../contract/destination.ts';

/** What is needed of a service account's key. */
export interface Credentials {
  /** The address to share a spreadsheet with. */
  email: string;
  privateKey: string;
  keyId: string | undefined;
}

export type CredentialsResult = { ok: true; credentials: Credentials } | { ok: false; reason: string };

const keyFile = z.object({
  client_email: z.string().min(3),
  private_key: z.string().includes('PRIVATE KEY'),
  private_key_id: z.string().optional(),
});

/** Where a key comes from. */
export const KEY_ORIGIN =
  'In the Google Cloud console, open IAM & Admin, Service Accounts, your account, Keys, Add key, JSON';

/** Whether a key is written out as JSON; else it is the path of its file. */
export function isWrittenOut(key: string): boolean {
  return key.trim().startsWith('{');
}

/**
 * Reads a service account's key from its JSON text or from the file at that path. What is wrong comes back
 * as a sentence for people, which never holds a part of the key.
 */
export function readCredentials(key: string, setting: SettingName): CredentialsResult {
  const read = isWrittenOut(key) ? parseCredentials(key) : readKeyFile(key.trim());
  const then = `; then set ${setting('serviceAccountKey')} to the file’s path or its text.`;
  return read.ok ? read : { ok: false, reason: `${read.reason} ${KEY_ORIGIN}${then}` };
}

function readKeyFile(path: string): CredentialsResult {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    return { ok: false, reason: `The service account’s key is to be read from a file, but ${why}.` };
  }
  return parseCredentials(text);
}

/** Reads a service account's key from its JSON text; what is wrong comes back in a sentence that says only that. */
export function parseCredentials(text: string): CredentialsResult {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'The service account’s key is no valid JSON.' };
  }
  const parsed = keyFile.safeParse(document);
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path }) => path.join('.') || 'an object').join(', ');
    return { ok: false, reason: `The JSON is no key of a service account: ${missing} is missing or wrong.` };
  }
  const { client_email, private_key, private_key_id } = parsed.data;
  return { ok: true, credentials: { email: client_email, privateKey: private_key, keyId: private_key_id } };
}
