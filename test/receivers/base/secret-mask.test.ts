import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SecretMask } from '../../../receivers/base/secret-mask.ts';

const SECRET = 'p@ss/w&rd"+ÿ<x>';
const ENCODED: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in a URL': encodeURIComponent,
  'in a URL, in lower case': (secret) =>
    encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
  'in a form': (secret) => new URLSearchParams({ secret }).toString(),
  'in JSON': JSON.stringify,
  'in HTML': (secret) =>
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'in hex': (secret) => Buffer.from(secret).toString('hex'),
  'in base64': (secret) => Buffer.from(secret).toString('base64'),
  'in base64url': (secret) => Buffer.from(secret).toString('base64url'),
};

test.each(Object.entries(ENCODED))('a secret is masked %s', (_, encode) => {
  const hidden = new SecretMask([SECRET]).hide(`before ${encode(SECRET)} after`);
  expect(hidden).toMatch(/^before .*\[secret\].* after$/);
  expect(hidden).not.toContain(encode(SECRET));
});

test('a secret is masked in Basic credentials, however long the user name is', () => {
  const mask = new SecretMask(['a-long-password']);
  for (const user of ['a', 'ab', 'abc', 'abcd']) {
    const sent = Buffer.from(`${user}:a-long-password`).toString('base64');
    const rest = mask.hide(`Basic ${sent}`).replace('[secret]', '');
    expect(Buffer.from(rest.slice('Basic '.length), 'base64').toString()).not.toContain('long-pass');
  }
});

test('each secret of at least 6 characters is masked anywhere in a text', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
      expect(new SecretMask([secret]).hide(`${before}${secret}${after}`)).not.toBe(
        `${before}${secret}${after}`,
      );
    }),
  );
});

test('short secrets are not masked, because they are parts of ordinary words', () => {
  expect(new SecretMask(['', 'test']).hide('a test')).toBe('a test');
});

test('the longest of several secrets is masked first', () => {
  expect(new SecretMask(['abcdef', 'abcdefghi']).hide('x abcdefghi')).toBe('x [secret]');
});
