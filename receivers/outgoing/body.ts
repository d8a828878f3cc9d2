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
 * read of damaged or cut data is kept; a body in an unknown encoding stays as it is.
 */
export async function decompressed(bytes: Buffer, encoding: string, limit: number): Promise<DecodedBody> {
  let body: DecodedBody = { bytes, complete: true };
  for (const name of encoding.toLowerCase().split(',').reverse()) {
    const decoder = decoderOf(name.trim(), body.bytes);
    if (decoder !== null && body.bytes.length > 0) {
      const { bytes: decoded, complete } = await decodedBy(decoder, body.bytes, limit);
      body = { bytes: decoded, complete: complete && body.complete };
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

/** Decodes a body by the charset of its Content-Type; UTF-8 if there is none, or one that is not known. */
export function decodedText(bytes: Uint8Array, contentType: string): string {
  const label = /charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
