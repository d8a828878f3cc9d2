import type { Bundle, ZObject } from 'zapier-platform-core';

/**
 * Fetches the picture of a chart when a later step of the Zap uses it, and hands it to Zapier as a file. Most Zaps
 * use only its URL and need not wait for the download.
 */
export async function chartImage(z: ZObject, { inputData }: Bundle): Promise<string> {
  const response = await z.request(String(inputData.url), { raw: true });
  response.throwForStatus();
  const type = response.getHeader('content-type') ?? 'image/png';
  return z.stashFile(await response.buffer(), undefined, String(inputData.name), type);
}
