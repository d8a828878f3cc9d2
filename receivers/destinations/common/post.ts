import { describeNetworkFailure, type NetworkFailure } from './network.ts';

/** What an incoming webhook answered, or why it could not be asked. */
export type Posted =
  | {
      answered: true;
      status: number;
      /** The first 1,024 characters. */
      body: string;
      /** Retry-After in milliseconds; null where it is not told. */
      retryAfterMs: number | null;
    }
  | { answered: false; failure: NetworkFailure };

const TIMEOUT_MS = 10_000;
const BODY_LIMIT = 1024;

/** Posts JSON to an incoming webhook; redirects are not followed. Never rejects. */
export async function postJson(
  service: string,
  url: string,
  payload: object,
  signal: AbortSignal,
): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8' },
      body: JSON.stringify(payload),
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const body = (await response.text()).slice(0, BODY_LIMIT);
    const seconds = Number.parseFloat(response.headers.get('retry-after') ?? '');
    const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1000) : null;
    return { answered: true, status: response.status, body, retryAfterMs };
  } catch (error) {
    return { answered: false, failure: describeNetworkFailure(service, error) };
  }
}
