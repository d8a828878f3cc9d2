import { Buffer } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

/** How the body differs from the bytes that were signed. */
export type BodyMistake =
  | 'written-again'
  | 'line-ends'
  | 'trailing-newline'
  | 'byte-order-mark'
  | 'compressed'
  | 'base64'
  | 'text-in-json';

/** One reading of a body: the bytes that may have been signed, and the mistake that it assumes, if any. */
export interface BodyReading {
  bytes: Uint8Array;
  mistake?: BodyMistake;
}

/** Larger bodies are only read as they are, so that one forged request cannot cause much work; bytes. */
const MAX_MISREAD_BYTES = 64 * 1024;
/** Deeper JSON is not serialized again: indented, it grows with the square of its depth. */
const MAX_DEPTH = 16;
const BYTE_ORDER_MARK = '\uFEFF';

/** Yields the body as it is, then with each known mistake undone. Each reading is made only when needed. */
export function* bodyReadings(
  body: Uint8Array,
  headers: Readonly<Record<string, unknown>>,
): Generator<BodyReading, void, undefined> {
  yield { bytes: body };
  if (body.length === 0 || body.length > MAX_MISREAD_BYTES) {
    return;
  }
  const unpacked = unpack(body, String(headers['content-encoding'] ?? ''));
  if (unpacked !== undefined) {
    yield { bytes: unpacked, mistake: 'compressed' };
    return;
  }
  const text = Buffer.from(body).toString();
  for (const [mistake, reading] of textReadings(text)) {
    if (reading !== text) {
      yield { bytes: Buffer.from(reading), mistake };
    }
  }
  if (/^[A-Za-z0-9+/\r\n]+={0,2}$/.test(text.trimEnd())) {
    yield { bytes: Buffer.from(text, 'base64'), mistake: 'base64' };
  }
}

function* textReadings(text: string): Generator<[BodyMistake, string], void, undefined> {
  yield ['trailing-newline', text.replace(/\r?\n$/, '')];
  yield ['trailing-newline', `${text}\n`];
  yield ['line-ends', text.replace(/\r\n/g, '\n')];
  yield ['line-ends', text.replace(/\r?\n/g, '\r\n')];
  yield ['byte-order-mark', text.replace(BYTE_ORDER_MARK, '')];
  yield ['byte-order-mark', `${BYTE_ORDER_MARK}${text}`];

  const parsed = parse(text.replace(BYTE_ORDER_MARK, ''));
  if (typeof parsed === 'string') {
    yield ['text-in-json', parsed];
  }
  if (typeof parsed === 'object' && parsed !== null && !isDeeper(parsed, MAX_DEPTH)) {
    for (const written of writings(parsed)) {
      yield ['written-again', written];
      yield ['written-again', escapeBeyondAscii(written)];
    }
  }
}

/** How common languages serialize JSON: compact, as Python, as PHP, indented. */
function* writings(value: object): Generator<string, void, undefined> {
  const compact = JSON.stringify(value);
  yield compact;
  const indented = JSON.stringify(value, null, 2);
  // A line break in JSON is always between values: inside a text it is written as \n.
  yield indented
    .replace(/,\n */g, ', ')
    .replace(/([[{])\n */g, '$1')
    .replace(/\n *([\]}])/g, '$1');
  yield compact.replace(/\//g, '\\/');
  yield indented;
  yield `${indented}\n`;
  yield JSON.stringify(value, null, 4);
  yield JSON.stringify(value, null, '\t');
}

function isDeeper(value: unknown, depth: number): boolean {
  const isNested = typeof value === 'object' && value !== null;
  return isNested && (depth === 0 || Object.values(value).some((each) => isDeeper(each, depth - 1)));
}

function escapeBeyondAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unpack(body: Uint8Array, encoding: string): Buffer | undefined {
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  const open = isGzip
    ? gunzipSync
    : { deflate: inflateSync, br: brotliDecompressSync }[encoding.toLowerCase()];
  try {
    return open?.(body, { maxOutputLength: MAX_MISREAD_BYTES });
  } catch {
    return undefined;
  }
}
