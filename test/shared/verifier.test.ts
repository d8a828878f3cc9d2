import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as node from '../../shared/verifier.ts';
import * as web from '../../shared/verifier-web.ts';
import { bodyOf, cases, optionsOf, type Vector } from './vectors.ts';

/** Both files behind one face. */
const VERIFIERS = [
  [
    'verifier.ts',
    async (...input: Input) => node.verifyWebhook(...input),
    async (...input: Pair) => node.signWebhook(...input),
  ],
  ['verifier-web.ts', web.verifyWebhook, web.signWebhook],
] as const;
type Input = Parameters<typeof node.verifyWebhook>;
type Pair = Parameters<typeof node.signWebhook>;

const isText = (bytes: Uint8Array) => Buffer.from(Buffer.from(bytes).toString()).equals(bytes);
const flipBit = (bytes: Uint8Array, position: number) => {
  const changed = Uint8Array.from(bytes);
  changed[position >> 3]! ^= 1 << (position & 7);
  return changed;
};

describe.each(VERIFIERS)('%s', (_name, verify, sign) => {
  const check = async (vector: Vector, body: Uint8Array | string) => {
    const verdict = await verify(body, vector.signature, vector.secrets, optionsOf(vector));
    expect(verdict).toEqual(
      vector.verdict.ok ? vector.verdict : { ...vector.verdict, hint: expect.any(String) },
    );
  };

  test.each(cases)('$name', async (vector) => {
    const body = bodyOf(vector);
    await check(vector, body);
    if (!('parsedBody' in vector) && isText(body)) {
      await check(vector, Buffer.from(body).toString());
    }
  });

  test('the verifier signs what it verifies, in lower-case hex', async () => {
    const rfc4231 = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(await sign('what do ya want for nothing?', 'Jefe')).toBe(rfc4231);
    expect(await sign(Buffer.from('what do ya want for nothing?'), 'Jefe')).toBe(rfc4231);
  });

  test('the verifier reads only its part of a larger buffer', async () => {
    const whole = Buffer.from('before{"a":1}behind');
    expect(await verify(whole.subarray(6, 13), await sign('{"a":1}', 'secret'), 'secret')).toEqual({
      ok: true,
      secret: 0,
    });
  });

  test('the verifier uses the machine’s clock unless it gets another one', async () => {
    const body = JSON.stringify({ timestamp: Date.now() });
    const signature = await sign(body, 'secret');
    expect(await verify(body, signature, 'secret', { toleranceMs: 60_000 })).toMatchObject({ ok: true });
    expect(await verify(body, signature, 'secret', { toleranceMs: 60_000, timestamp: 0 })).toMatchObject({
      reason: 'outside-tolerance',
    });
  });

  test.each([Number.NaN, '60000', null, -1])('a tolerance of %p accepts no event', async (toleranceMs) => {
    const signature = await sign('{"timestamp":5}', 'secret');
    const options = { toleranceMs: toleranceMs as number, now: () => 5_000_000 };
    expect(await verify('{"timestamp":5}', signature, 'secret', options)).toMatchObject({
      reason: 'outside-tolerance',
    });
  });

  test.each([
    ['a parsed object', {}, 'x', 'body-not-raw'],
    ['an array of numbers', [1, 2], 'x', 'body-not-raw'],
    ['an ArrayBuffer', new ArrayBuffer(2), 'x', 'body-not-raw'],
    ['no body', undefined, 'x', 'body-not-raw'],
    ['an empty secret', 'body', '', 'no-secret'],
    ['a secret that is not set', 'body', undefined, 'no-secret'],
    ['a secret that is a number', 'body', 5, 'no-secret'],
  ])('the verifier explains %s to the programmer in one sentence', async (_mistake, body, secret, reason) => {
    const verdict = await verify(body as string, 'a'.repeat(64), secret as string);
    expect(verdict).toMatchObject({ ok: false, reason });
    const { hint } = verdict as { hint: string };
    expect(hint).toMatch(/^[A-Z][^\n]+: [^\n]+\.$/);
    await expect(sign(body as string, secret as string)).rejects.toThrow(new TypeError(hint));
  });

  test.each([[5], [{}], [['a'.repeat(64)]], [true], [Symbol('x')]])(
    'a signature that is not text (%p) is malformed',
    async (signature) => {
      expect(await verify('body', signature as unknown as string, 'x')).toMatchObject({
        reason: 'malformed-signature',
      });
    },
  );

  test('a hint never contains the secret, the signature, or the body', async () => {
    for (const vector of cases.filter((each) => !each.verdict.ok && each.secrets.join('').length > 5)) {
      const verdict = await verify(bodyOf(vector), vector.signature, vector.secrets, optionsOf(vector));
      const { hint } = verdict as { hint: string };
      for (const hidden of [...vector.secrets, vector.signature ?? '', 'Backpack'].filter(
        (text) => text.length > 10,
      )) {
        expect(hint).not.toContain(hidden);
      }
    }
  });

  test('changing any bit of body, signature, or secret refuses the webhook', async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    const secret = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(bytes, secret, fc.nat(), async (body, secret, seed) => {
        const signature = await sign(body, secret);
        expect(await verify(body, signature, secret)).toEqual({ ok: true, secret: 0 });

        const otherBody = flipBit(body, seed % (body.length * 8));
        expect(await verify(otherBody, signature, secret)).toMatchObject({ reason: 'no-match' });
        const otherSignature = Buffer.from(flipBit(Buffer.from(signature, 'hex'), seed % 256)).toString(
          'hex',
        );
        expect(await verify(body, otherSignature, secret)).toMatchObject({ reason: 'no-match' });
        // Seven bits of each character: the eighth would leave ASCII, and be another text altogether.
        const place = Math.floor(seed / 7) % secret.length;
        const otherSecret = Buffer.from(flipBit(Buffer.from(secret), place * 8 + (seed % 7))).toString();
        expect(await verify(body, signature, otherSecret)).toMatchObject({ reason: 'no-match' });
      }),
      { numRuns: 200 },
    );
  });

  test('changing a bit in the text of the signature accepts nothing but another case of its letters', async () => {
    const signature = await sign('body', 'secret');
    for (let position = 0; position < 64 * 8; position++) {
      const changed = Buffer.from(flipBit(Buffer.from(signature), position)).toString('latin1');
      const verdict = await verify('body', changed, 'secret');
      expect(verdict.ok).toBe(changed.toLowerCase() === signature);
    }
  });

  test('the verdict names the first of several secrets that matches, at any position', async () => {
    const secrets = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(secrets, fc.nat(), fc.string(), async (secrets, seed, body) => {
        const chosen = secrets[seed % secrets.length]!;
        const verdict = await verify(body, await sign(body, chosen), secrets);
        expect(verdict).toEqual({ ok: true, secret: expect.any(Number) });
        const { secret } = verdict as { secret: number };
        expect(secret).toBeLessThanOrEqual(secrets.indexOf(chosen));
        expect(await sign(body, secrets[secret]!)).toBe(await sign(body, chosen));
      }),
    );
  });
});

describe('both files', () => {
  const hex = fc.stringMatching(/^[0-9a-fA-F]{64}$/);
  const signature = fc.oneof(hex, fc.string({ unit: 'binary' }), fc.constantFrom(null, undefined, ''));
  const body = fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.string({ unit: 'binary' }), fc.json());
  const secret = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
  );
  const anything = fc.anything({
    withTypedArray: true,
    withDate: true,
    withBigInt: true,
    withNullPrototype: true,
  });
  const options = fc.record(
    { toleranceMs: fc.double(), timestamp: fc.double(), now: fc.constant(() => 0) },
    { requiredKeys: [] },
  );

  test('both verifiers agree on any input of the right types, and never throw', async () => {
    await fc.assert(
      fc.asyncProperty(body, signature, secret, options, async (...input) => {
        expect(await web.verifyWebhook(...input)).toEqual(node.verifyWebhook(...input));
      }),
      { numRuns: 500 },
    );
  });

  test('both verifiers agree on any signed input, whatever the options', async () => {
    await fc.assert(
      fc.asyncProperty(body, fc.string({ minLength: 1 }), options, async (body, secret, options) => {
        const signature = node.signWebhook(body, secret);
        expect(await web.signWebhook(body, secret)).toBe(signature);
        const verdict = node.verifyWebhook(body, signature, secret, options);
        expect(await web.verifyWebhook(body, signature, secret, options)).toEqual(verdict);
      }),
      { numRuns: 300 },
    );
  });

  test('both verifiers agree on any input of any type, and never throw', async () => {
    await fc.assert(
      fc.asyncProperty(anything, anything, anything, async (...given) => {
        const input = given as unknown as [string, string, string];
        expect(await web.verifyWebhook(...input)).toEqual(node.verifyWebhook(...input));
      }),
      { numRuns: 500 },
    );
  });

  test('the body may change after it was passed to the verifier', async () => {
    const body = Buffer.from('body');
    const verdict = web.verifyWebhook(body, node.signWebhook('body', 'secret'), 'secret');
    body.fill(0);
    expect(await verdict).toEqual({ ok: true, secret: 0 });
  });
});
