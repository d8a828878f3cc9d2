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

/** As other languages write it, which escape more. */
const MORE_ENCODED: Readonly<Record<string, (secret: string) => string>> = {
  'in JSON of PHP': (secret) => JSON.stringify(secret).replaceAll('/', '\\/').replaceAll('ÿ', '\\u00ff'),
  'in JSON of Go': (secret) => JSON.stringify(secret).replace(/[<>&]/g, (each) => `\\u00${hexOf(each)}`),
  'in HTML with numbers': (secret) => secret.replace(/[<>&"ÿ]/g, (each) => `&#${each.codePointAt(0)};`),
  "in a shell's quotes": (secret) => `'${secret.replaceAll("'", `'\\''`)}'`,
};

function hexOf(character: string): string {
  return Buffer.from(character).toString('hex');
}

const WITHIN = ['in JSON', 'in HTML'].map((name) => [name, ENCODED[name] as never] as const);

test.each(
  Object.entries({ ...ENCODED, ...MORE_ENCODED }).flatMap(([inner, first]) =>
    WITHIN.map(([outer, second]) => [inner, outer, first, second as (text: string) => string] as const),
  ),
)('a secret is masked that is encoded twice: %s, then %s', (_inner, _outer, first, second) => {
  const secret = `it's ${SECRET}\\`;
  const sent = second(second(first(secret)));
  const hidden = new SecretMask([secret]).hide(`before ${sent} after`);
  expect(hidden).toMatch(/^before .*\[secret\].* after$/);
});

test.each(['in JSON', 'in a form'])('a secret is masked that is encoded %s, then in a URL', (name) => {
  const sent = encodeURIComponent(ENCODED[name]?.(SECRET) ?? '');
  expect(new SecretMask([SECRET]).hide(`https://example.com/?q=${sent}`)).toContain('[secret]');
});

test('JSON stays valid when secrets with quotes and backslashes are masked in it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', '\\', '/', "'", 'a', 'ü'), minLength: 6, maxLength: 9 }),
      fc.string({ unit: fc.constantFrom('"', '\\', 'b') }),
      fc.string({ unit: fc.constantFrom('"', '\\', 'b') }),
      (middle, before, after) => {
        const secret = `k${middle}\\`;
        const masked = new SecretMask([secret]).hide(JSON.stringify({ text: `${before}${secret}${after}` }));
        expect(JSON.parse(masked).text).toContain('[secret]');
      },
    ),
  );
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
