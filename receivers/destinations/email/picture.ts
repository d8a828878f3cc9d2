/** A picture that a mail carries. */
export interface Picture {
  content: Buffer;
  /** Such as image/png. */
  contentType: string;
}

/** How a mail's HTML names the picture that the mail carries. */
export const PICTURE_ID = 'chart@intelligems-receivers';

/** The largest picture that a mail carries, in bytes. */
const LARGEST = 2 * 1_048_576;

/** How long to wait for a picture, in milliseconds: the mail matters more. */
const TIMEOUT_MS = 5_000;

/** Gets a picture from the web; null if that fails, so that the mail shows it from its URL. */
export async function fetchPicture(url: string, signal: AbortSignal): Promise<Picture | null> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const contentType = /^image\/(png|jpeg|gif)/i.exec(response.headers.get('content-type') ?? '')?.[0];
    if (!response.ok || contentType === undefined || response.body === null) {
      await response.body?.cancel();
      return null;
    }
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > LARGEST) {
        return null;
      }
      chunks.push(chunk);
    }
    return { content: Buffer.concat(chunks), contentType: contentType.toLowerCase() };
  } catch {
    return null;
  }
}
