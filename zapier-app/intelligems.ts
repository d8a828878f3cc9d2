import type { Bundle, HttpRequestOptions, ZObject } from 'zapier-platform-core';
import { type IntelligemsApi, intelligemsApi } from '../shared/intelligems-api.ts';
import type { Transport } from '../shared/intelligems-transport.ts';
import { accessTokenOf } from './connection.ts';

/** Options that the runtime knows and its types lack. */
type RequestOptions = HttpRequestOptions & { throwForThrottlingEarly: boolean };

/** Leaves every answer to the caller: no redirects, no exceptions for a status. */
export const PLAIN_REQUEST = {
  redirect: 'manual',
  skipThrowForStatus: true,
  throwForThrottlingEarly: false,
} satisfies RequestOptions;

/**
 * The External API for one run, over Zapier's own requests so that they show in its log. It waits little:
 * a run may take 30 seconds, and Zapier itself repeats what was throttled. `INTELLIGEMS_BASE_URL` and
 * `INTELLIGEMS_API_VERSION` set another address or version.
 */
export function intelligems(z: ZObject, bundle: Bundle): IntelligemsApi {
  const transport: Transport = async ({ method, url, headers, body, timeoutMs }) => {
    try {
      const request = { ...PLAIN_REQUEST, method, headers, body, timeout: timeoutMs };
      const response = await z.request(url, request);
      const header = (name: string) => response.headers.get(name);
      return { answered: true, status: response.status, header, text: response.content };
    } catch (error) {
      const reason = isTimeout(error)
        ? `Intelligems did not answer within ${timeoutMs / 1000} s.`
        : `Intelligems could not be reached (${(error as Error).message}).`;
      // Zapier's requests do not say whether anything was sent.
      return { answered: false, mayHaveArrived: true, reason };
    }
  };
  return intelligemsApi({
    token: accessTokenOf(z, bundle),
    baseUrl: process.env.INTELLIGEMS_BASE_URL || undefined,
    version: process.env.INTELLIGEMS_API_VERSION || undefined,
    timeoutMs: 9_000,
    attempts: 2,
    maxWaitMs: 2_000,
    throttledMs: 30_000,
    transport,
  });
}

/** Whether a request of Zapier's timed out: its `type` says so, not its name. */
function isTimeout(error: unknown): boolean {
  return ['request-timeout', 'body-timeout'].includes(String((error as { type?: unknown }).type));
}
