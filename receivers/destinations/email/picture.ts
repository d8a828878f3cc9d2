import type { HttpClient } from '../../outgoing/client.ts';

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

/** Gets a picture from the web; null if that fails, so that the mail shows it from its URL. */
export async function fetchPicture(
  url: string,
  signal: AbortSignal,
  http: Pick<HttpClient, 'fetch'>,
): Promise<Picture | null> {
  try {
    const response = await http.fetch(url, { signal });
    const contentType = /^image\/(png|jpeg|gif)/i.exec(response.headers.get('content-type') ?? '')?.[0];
    const content = Buffer.from(await response.arrayBuffer());
    return response.ok && contentType !== undefined && content.byteLength <= LARGEST
      ? { content, contentType: contentType.toLowerCase() }
      : null;
  } catch {
    return null;
  }
}
