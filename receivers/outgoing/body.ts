import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

/** The encodings of a response that are understood, for Accept-Encoding. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

export interface DecodedBody {
  bytes: Buffer;
  /** False if the data ended early, was damaged, or exceeds the limit. */
  complete: boolean;
}

/**
 * Undoes the Content-Encoding of a body, up to a limit in bytes: a small body may expand to gigabytes. What could be
 * read of damaged or cut data is kept; a body in an unknown encoding, or in another one than it says, stays as it is.
 */
export async function decompressed(bytes: Buffer, encoding: string, limit: number): Promise<DecodedBody> {
  let body: DecodedBody = { bytes, complete: true };
  for (const name of encoding.toLowerCase().split(',').reverse()) {
    const decoder = decoderOf(name.trim(), body.bytes);
    if (decoder !== null && body.bytes.length > 0) {
      const { bytes: decoded, complete } = await decodedBy(decoder, body.bytes, limit);
      // Data that is not in the encoding at all is mislabeled: a proxy may have decompressed it already.
      body =
        decoded.length === 0 && !complete ? body : { bytes: decoded, complete: complete && body.complete };
    }
  }
  return body;
}

function decoderOf(name: string, bytes: Buffer): Transform | null {
  switch (name) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
    case 'deflate':
      // Some servers send it without the zlib header that RFC 9110 asks for; the header's low nibble is 8.
      return (bytes[0]! & 0x0f) === 8 ? createInflate() : createInflateRaw();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return null;
  }
}

function decodedBy(decoder: Transform, bytes: Buffer, limit: number): Promise<DecodedBody> {
  const { promise, resolve } = Promise.withResolvers<DecodedBody>();
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (complete: boolean): void => {
    resolve({ bytes: Buffer.concat(chunks).subarray(0, limit), complete });
    decoder.destroy();
  };
  decoder.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) {
      finish(false);
    }
  });
  decoder.once('end', () => finish(true));
  decoder.on('error', () => finish(false));
  decoder.end(bytes);
  return promise;
}

/** Byte order marks, which say more than a charset does. https://encoding.spec.whatwg.org/#bom-sniff */
const MARKS: [mark: string, charset: string][] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];

/**
 * Decodes a body by its byte order mark, or by the charset of its Content-Type. Without a charset that is known, it is
 * UTF-8 if it can be, and else the Windows code page of Western Europe and America.
 */
export function decodedText(bytes: Uint8Array, contentType: string): string {
  const start = Buffer.from(bytes.subarray(0, 3)).toString('hex');
  const marked = MARKS.find(([mark]) => start.startsWith(mark))?.[1];
  const label = marked ?? /charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? '';
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return undeclaredText(bytes);
  }
}

function undeclaredText(bytes: Uint8Array): string {
  try {
    // As a stream, because the limit may have cut the last character.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
