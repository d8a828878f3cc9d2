import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createSignatureDoctor,
  diagnose,
  type RefusedRequest,
} from '../../../receivers/inbound/signature-doctor.ts';
import { signWebhook, verifyWebhook } from '../../../shared/verifier.ts';

const HEADER = 'X-Intelligems-Signature';
const SECRET = 'a-secret-of-the-dashboard';
const event = {
  action: 'startExperience',
  timestamp: 1788341400000,
  experience: { id: '7c0d', name: 'Prüfung / A' },
};
const SENT = Buffer.from(JSON.stringify(event));

const hex = (body: Uint8Array | string = SENT, secret = SECRET) => signWebhook(body, secret);
const base64 = (body: Uint8Array | string = SENT) => Buffer.from(hex(body), 'hex').toString('base64');

function refused(change: Partial<RefusedRequest> & { signature?: string }): RefusedRequest {
  const { signature = hex(), ...rest } = change;
  const headers = { host: 'example.com', [HEADER.toLowerCase()]: signature };
  return { body: SENT, headers, headerName: HEADER, secrets: [SECRET], ...rest };
}

/** The doctor's words for a request that the verifier refuses, as it must. */
function examine(change: Parameters<typeof refused>[0]): string {
  const request = refused(change);
  const signature = request.headers[HEADER.toLowerCase()] as string | undefined;
  expect(verifyWebhook(request.body, signature, request.secrets).ok).toBe(false);
  const diagnosis = diagnose(request);
  for (const text of Object.values(diagnosis ?? {})) {
    expect(text).toMatch(/^[A-Z][^\n]+\.$/);
    for (const hidden of [...request.secrets, ...(request.previousSecrets ?? []), hex(), base64()]) {
      expect(text).not.toContain(hidden.trim());
    }
  }
  return diagnosis === null ? 'nothing' : `${diagnosis.finding} ${diagnosis.fix}`;
}

describe('a body that changed on its way', () => {
  const pretty = JSON.stringify(event, null, 2);
  const python =
    '{"action": "startExperience", "timestamp": 1788341400000, "experience": {"id": "7c0d", "name": "Pr\\u00fcfung / A"}}';
  const php =
    '{"action":"startExperience","timestamp":1788341400000,"experience":{"id":"7c0d","name":"Pr\\u00fcfung \\/ A"}}';

  test.each([
    ['pretty instead of compact', pretty, SENT.toString()],
    ['compact instead of pretty', SENT.toString(), pretty],
    ['with four spaces at first', SENT.toString(), JSON.stringify(event, null, 4)],
    ['compact instead of a pretty file', SENT.toString(), `${pretty}\n`],
    ['with tabs at first', SENT.toString(), JSON.stringify(event, null, '\t')],
    ["as Python's json.dumps wrote it at first", SENT.toString(), python],
    ["as PHP's json_encode wrote it at first", SENT.toString(), php],
    ["by Python's json.dumps", python, SENT.toString()],
    ["by PHP's json_encode", php, SENT.toString()],
  ])('the doctor recognizes JSON that was written again: %s', (_how, body, signed) => {
    expect(examine({ body: Buffer.from(body), signature: hex(signed) })).toContain(
      'parsed as JSON and written again on its way. Pass on the bytes as they came',
    );
  });

  test.each([
    ['an added newline', 'newline at the end of the body', `${SENT}\n`, SENT.toString()],
    ['a lost newline', 'newline at the end of the body', SENT.toString(), `${SENT}\n`],
    ['CRLF that became LF', 'line ends', '{\n"a":1\n}', '{\r\n"a":1\r\n}'],
    ['LF that became CRLF', 'line ends', '{\r\n"a":1\r\n}', '{\n"a":1\n}'],
    ['a lost byte order mark', 'byte order mark', SENT.toString(), `\uFEFF${SENT}`],
    ['an added byte order mark', 'byte order mark', `\uFEFF${SENT}`, SENT.toString()],
    ['base64', 'body is in base64', SENT.toString('base64'), SENT.toString()],
    ['a JSON text around it', 'wrapped in a JSON text', JSON.stringify(SENT.toString()), SENT.toString()],
  ])('the doctor recognizes a changed body: %s', (_how, finding, body, signed) => {
    expect(examine({ body: Buffer.from(body), signature: hex(signed) })).toContain(finding);
  });

  test.each([
    ['gzip', gzipSync(SENT), 'gzip'],
    ['gzip without a header', gzipSync(SENT), undefined],
    ['deflate', deflateSync(SENT), 'deflate'],
    ['brotli', brotliCompressSync(SENT), 'br'],
  ])('the doctor recognizes a decompressed body: %s', (_how, body, encoding) => {
    const headers = { [HEADER.toLowerCase()]: hex(), 'content-encoding': encoding };
    expect(examine({ body, headers })).toContain(
      'The body is compressed, and the signature fits what is inside',
    );
    expect(examine({ body, headers, secrets: ['another'] })).toContain(
      encoding === undefined || encoding === 'gzip'
        ? 'fits neither it nor what is inside'
        : 'compressed, or says so',
    );
  });

  test('the doctor recognizes an empty body', () => {
    expect(examine({ body: Buffer.alloc(0) })).toContain('The body is empty, but something else was signed.');
  });

  test('the doctor recognizes an object instead of its JSON', () => {
    expect(examine({ body: Buffer.from('[object Object]') })).toContain('"[object Object]"');
  });
});

describe('a secret that differs', () => {
  test.each([
    ['a newline at its end', [`${SECRET}\n`], SECRET, 'The configured secret has white space around it.'],
    [
      'a space before it, as second',
      ['other', ` ${SECRET}`],
      SECRET,
      'Configured secret 2 of 2 has white space',
    ],
    ['quotes around it', [`"${SECRET}"`], SECRET, 'has quotation marks around it'],
    ["a newline in the sender's", [SECRET], `${SECRET}\n`, "The sender's secret ends with a newline"],
  ])('the doctor recognizes a secret with a difference: %s', (_how, secrets, signedWith, finding) => {
    expect(examine({ secrets, signature: hex(SENT, signedWith) })).toContain(finding);
  });

  test('the doctor recognizes a secret that the sender decodes as hex or base64', () => {
    const key = 'sixteen letters!';
    const signature = hex(SENT, key);
    const asHex = Buffer.from(key).toString('hex');
    const asBase64 = Buffer.from(key).toString('base64');
    expect(examine({ secrets: [asHex], signature })).toContain('spells in hex');
    expect(examine({ secrets: [asBase64], signature })).toContain('spells in base64');
    expect(examine({ secrets: [`whsec_${asBase64}`], signature })).toContain('spells in base64');
  });

  test('the doctor recognizes the previous secret', () => {
    const signature = hex(SENT, 'the-previous-secret');
    expect(examine({ signature, previousSecrets: ['older', 'the-previous-secret'] })).toContain(
      'The sender still signs with a previous secret. Give the sender the new secret',
    );
    expect(examine({ signature })).toBe('nothing');
  });

  test('the doctor recognizes another source’s secret', () => {
    const otherSources = new Map([
      ['bikes', ['x', 'secret of the bikes']],
      ['shoes', ['y']],
    ]);
    expect(examine({ signature: hex(SENT, 'secret of the bikes'), otherSources })).toBe(
      'The sender signs with the secret of the source "bikes", and posts to the address of another. ' +
        'Enter the address of the source "bikes" in that store\'s settings at Intelligems.',
    );
  });
});

describe('a header that differs', () => {
  test.each([
    ['base64', base64(), 'The signature is in base64 instead of hex. Have it sent as 64 hex digits.'],
    ['base64url', Buffer.from(hex('7'), 'hex').toString('base64url'), 'The signature is in base64url'],
    [
      'a prefix',
      `sha256=${hex()}`,
      'The signature has the prefix "sha256=". Have the 64 hex digits sent alone.',
    ],
    [
      'a prefix and base64',
      `v1:${base64()}`,
      'The signature is in base64 instead of hex; and the signature has the prefix "v1:"',
    ],
    ['0x', `0x${hex()}`, 'The signature has the prefix "0x"'],
    ['twice', `${hex()}, ${hex()}`, 'The header holds more than the one signature'],
    ['quotes', `"${hex()}"`, 'The header holds more than the one signature'],
    ['cut', hex().slice(0, 40), 'has 40 hex digits, which is SHA-1'],
    ['SHA-512', hex() + hex(), 'has 128 hex digits, which is SHA-512'],
    ['cut short', hex().slice(0, 63), 'has only 63 of its 64 hex digits'],
    ['the word undefined', 'undefined', 'holds the word "undefined"'],
    ['something else', 'not a signature', 'holds nothing that could be an HMAC-SHA256'],
  ])('the doctor recognizes a different header: %s', (_how, signature, finding) => {
    const body = finding.includes('base64url') ? Buffer.from('7') : SENT;
    expect(examine({ signature, body })).toContain(finding);
  });

  test('the doctor recognizes a signature under another name', () => {
    expect(examine({ headers: { host: 'x', 'x-hub-signature': `sha256=${hex()}` } })).toBe(
      'The signature is in the header "x-hub-signature" instead of "X-Intelligems-Signature"; and the signature has the prefix "sha256=". ' +
        'Set the name of the signature header to "x-hub-signature"; and have the 64 hex digits sent alone.',
    );
  });

  test('the doctor recognizes several signatures under another name', () => {
    expect(examine({ headers: { 'x-signatures': ['nothing', hex()] } })).toContain(
      'is in the header "x-signatures"',
    );
  });

  test('the doctor recognizes an empty header', () => {
    expect(examine({ signature: '' })).toMatch(
      /^The header "X-Intelligems-Signature" is there, but empty\. If/,
    );
  });

  test('the doctor says that there is no signature, or one that no secret makes', () => {
    expect(examine({ headers: { host: 'x' } })).toContain(
      'no header "X-Intelligems-Signature", and no other',
    );
    expect(examine({ headers: { 'x-shop-hmac': hex('another body') } })).toContain(
      'but one named "x-shop-hmac"',
    );
  });

  test('the doctor recognizes two mistakes at once', () => {
    const found = examine({ body: Buffer.from(JSON.stringify(event, null, 2)), signature: base64() });
    expect(found).toContain('is in base64 instead of hex; and the body was parsed as JSON');
  });
});

describe('what the doctor never does', () => {
  test('the doctor finds no fault with a valid request, nor with a plain forgery', () => {
    expect(diagnose(refused({}))).toBeNull();
    expect(examine({ signature: hex(SENT, 'a forger guesses') })).toBe('nothing');
    expect(examine({ secrets: [] })).toBe('nothing');
  });

  test('the doctor does not fail on any bytes and headers', () => {
    const header = fc.constantFrom(
      HEADER.toLowerCase(),
      'x-other-signature',
      'content-encoding',
      'constructor',
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(hex(), base64(), 'gzip', 'br', '__proto__'),
    );
    const body = fc.oneof(
      fc.uint8Array(),
      fc.json().map(Buffer.from),
      fc.constant(Buffer.from([0x1f, 0x8b, 8])),
    );
    fc.assert(
      fc.property(body, fc.dictionary(header, fc.oneof(value, fc.array(value))), (body, headers) => {
        const diagnosis = diagnose({
          body,
          headers,
          headerName: HEADER,
          secrets: [SECRET],
          previousSecrets: ['old'],
        });
        expect(diagnosis === null || diagnosis.finding.length > 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['deep nesting', Buffer.from(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)],
    ['many elements, nested', Buffer.from(`${'['.repeat(14)}${'0,'.repeat(30_000)}0${']'.repeat(14)}`)],
    ['a compressed bomb', gzipSync(Buffer.alloc(50_000_000))],
    ['only line ends', Buffer.from(`${'\n'.repeat(60_000)}!`)],
    ['a large body', Buffer.alloc(1024 * 1024, '{"a":1}')],
  ])('the doctor does limited work: %s', (_how, body) => {
    const many = Array.from({ length: 200 }, (_, index) => [`x-signature-${index}`, hex(String(index))]);
    const secrets = Array.from({ length: 20 }, (_, index) => `secret ${index}`);
    expect(() => diagnose(refused({ body, headers: Object.fromEntries(many), secrets }))).not.toThrow();
  });
});

describe('the doctor in a flood', () => {
  test('the doctor diagnoses a few requests at once, then a limited number a second', () => {
    let time = 0;
    const examineSome = createSignatureDoctor({ perSecond: 2, burst: 3, now: () => time });
    const request = refused({ signature: base64() });
    const looked = (count: number) =>
      Array.from({ length: count }, () => examineSome(request)).filter((diagnosis) => diagnosis !== null)
        .length;

    expect(looked(1_000)).toBe(3);
    time = 499;
    expect(looked(1_000)).toBe(0);
    time = 1_500;
    expect(looked(1_000)).toBe(3);
    time = 3_600_000;
    expect(looked(1_000)).toBe(3);
  });

  test('the doctor’s limit uses a steady clock', () => {
    expect(createSignatureDoctor()(refused({ signature: base64() }))?.finding).toContain('base64');
  });
});

test('the doctor’s hints name the header in use', () => {
  const sample = readFileSync(new URL('../../../shared/samples/start.json', import.meta.url));
  const found = diagnose({ body: sample, headers: {}, headerName: 'X-Own', secrets: [SECRET] });
  expect(found?.finding).toContain('"X-Own"');
});
