import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readCredentials } from '../../../../receivers/destinations/sheets/credentials.ts';
import { SERVICE_ACCOUNT_KEY } from '../../../fakes/google-sheets/tokens.ts';

const KEY = JSON.parse(SERVICE_ACCOUNT_KEY);
const compact = JSON.stringify(KEY);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function withKey(privateKey: string): string {
  return JSON.stringify({ ...KEY, private_key: privateKey });
}

describe('a key is understood in any form in which people paste it', () => {
  // https://github.com/theoephraim/node-google-spreadsheet/issues/606, /issues/244, /issues/70
  test.each([
    ['as Google made it', SERVICE_ACCOUNT_KEY],
    ['in one line', compact],
    ['with \\n written out in the private key', withKey(KEY.private_key.replaceAll('\n', '\\n'))],
    ['with line breaks inside the string', compact.replaceAll('\\n', '\n')],
    ['with Windows line ends inside the string', compact.replaceAll('\\n', '\r\n')],
    ['with Windows line ends in the private key', withKey(KEY.private_key.replaceAll('\n', '\r\n'))],
    ['with spaces for the line breaks of the private key', withKey(KEY.private_key.replaceAll('\n', ' '))],
    ['with Windows line ends around it', SERVICE_ACCOUNT_KEY.replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${SERVICE_ACCOUNT_KEY}`],
    ['in single quotes', `'${compact}'`],
    ['as a JSON string', JSON.stringify(compact)],
    ['with its quotes escaped', compact.replaceAll('"', '\\"')],
    ['in base64', Buffer.from(SERVICE_ACCOUNT_KEY).toString('base64')],
    ['in base64 with line breaks', Buffer.from(compact).toString('base64').replaceAll(/.{76}/g, '$&\n')],
    ['in base64 of a JSON string', Buffer.from(JSON.stringify(compact)).toString('base64')],
    ['in base64 with a byte order mark', Buffer.from(`\uFEFF${compact}`).toString('base64')],
  ])('a key is understood: %s', (_, key) => {
    const { ok, ...read } = readCredentials(key);
    expect({ ok, read }).toMatchObject({
      ok: true,
      read: {
        credentials: { email: KEY.client_email, privateKey: KEY.private_key, keyId: KEY.private_key_id },
      },
    });
  });

  test('a key is read from a file', () => {
    const path = join(folder, 'key.json');
    writeFileSync(path, `\uFEFF${SERVICE_ACCOUNT_KEY}`);
    expect(readCredentials(path)).toMatchObject({ ok: true });
  });
});

describe('a key that cannot be used says why', () => {
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  test.each([
    ['/no/such/file.json', 'the file does not exist'],
    ['.', 'the file cannot be read (EISDIR)'],
    ['README.md', 'not valid JSON'],
    ['package.json', 'its type is not service_account'],
    ['{"client_email":', 'not valid JSON'],
    ['{"a":1}', 'it has no client_email and no private_key'],
    [JSON.stringify({ ...KEY, client_email: '' }), 'it has no client_email'],
    [JSON.stringify({ installed: { client_id: 'x' } }), 'it is an OAuth client'],
    [JSON.stringify({ ...KEY, type: 'authorized_user' }), 'its type is not service_account'],
    [KEY.private_key, 'This is only the private key'],
    [withKey('no key'), 'private_key of the service account’s key cannot be read'],
    [withKey(KEY.private_key.slice(0, 300)), 'damaged or cut off'],
    [withKey(KEY.private_key.replace(/\n.{64}\n/, '\n')), 'damaged or cut off'],
    [withKey(String(elliptic.export({ type: 'pkcs8', format: 'pem' }))), 'cannot be read'],
  ])('the key %.60j is refused with the reason', (key, reason) => {
    const read = readCredentials(key);
    expect(read).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(read)).not.toContain('PRIVATE KEY');
  });
});
