import { cut } from '../../../shared/words.ts';
import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { PrivateAddressError } from '../../outgoing/addresses.ts';
import { isPlainAnswer } from '../common/plain-answer.ts';
import type { HttpSettings } from './settings.ts';
import { isSuccess } from './statuses.ts';

/** What the other side answered, as far as it was read. */
export interface HttpAnswer {
  status: number;
  retryAfter: string | null;
  location: string | null;
  /** At most the first kilobytes, as text. */
  body: string;
}

const RATE_LIMIT_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 24 * 60 * 60_000;
const ANSWER_LIMIT = 1024;

/**
 * What an answer means for the delivery.
 *
 * @param host for people; the URL's path may be a secret
 * @param now milliseconds since 1970
 */
export function answerOutcome(
  answer: HttpAnswer,
  { success, method }: Pick<HttpSettings, 'success' | 'method'>,
  host: string,
  now: number,
  setting: SettingName,
): Outcome {
  const { status } = answer;
  const kept = { answer: cut(`${status}${answer.body === '' ? '' : `: ${answer.body}`}`, ANSWER_LIMIT) };
  if (isSuccess(status, success)) {
    return { type: 'done', ...kept };
  }
  const delayMs = retryAfterMs(answer.retryAfter, now);
  if (status === 429) {
    const reason = `${host} takes no more for now (429).`;
    return { type: 'retry', reason, rateLimited: true, delayMs: delayMs ?? RATE_LIMIT_DELAY_MS, ...kept };
  }
  const delay = delayMs === null ? {} : { delayMs };
  if (status === 408 || status === 425) {
    return { type: 'retry', reason: `${host} asks to send it again (${status}).`, ...delay, ...kept };
  }
  if (status >= 500) {
    const reason = `${host} failed with ${status}; it may have taken the event all the same.`;
    return { type: 'retry', reason, uncertain: true, ...delay, ...kept };
  }
  return { type: 'dead', reason: `${host} answered ${status}: ${advice(answer, method, setting)}`, ...kept };
}

function advice({ status, location }: HttpAnswer, method: string, setting: SettingName): string {
  if (status >= 300 && status < 400) {
    return `a redirect${redirectTarget(location)}, which is never followed. Put the final URL into ${setting('url')}, then replay.`;
  }
  switch (status) {
    case 401:
    case 403:
      return `it does not accept who is sending. Correct Authorization in ${setting('headers')}, or the secret that both sides hold for the signature; then replay.`;
    case 404:
      return `there is nothing at this URL. Correct ${setting('url')}, then replay.`;
    case 405:
      return `it does not take ${method} there. Correct the URL, or ${setting('method')}; then replay.`;
    case 410:
      return `it is gone for good. Put a new URL into ${setting('url')} and replay, or remove this destination.`;
    case 413:
      return `the body is too large for it. Send less by a body template, ${setting('body')}; then replay.`;
    case 400:
    case 415:
    case 422:
      return `it does not understand the body. Shape it as its answer asks for by a body template, ${setting('body')}; then replay.`;
    default:
      return status < 300
        ? `the settings do not count this as success. Add it to ${setting('success')} if it is.`
        : 'it refuses the request. Its answer may tell why; replay when it is mended.';
  }
}

/** Where a redirect leads, without what may be secret in it. */
function redirectTarget(location: string | null): string {
  return location !== null && URL.canParse(location) ? ` to ${new URL(location).host}` : '';
}

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, at most a day; null where there is none
 * that can be read. It is a number of seconds or a date (RFC 9110, section 10.2.3).
 */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null || value.trim() === '') {
    return null;
  }
  const wait = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(wait) ? null : Math.min(LONGEST_DELAY_MS, Math.max(0, wait));
}

/**
 * What a request without an answer means for the delivery.
 *
 * @param written whether the request may have reached the other side
 * @param timeoutMs the time-out of the settings, for people
 */
export function failureOutcome(
  error: Error,
  host: string,
  written: boolean,
  timeoutMs: number,
  setting: SettingName,
): Outcome {
  if (error instanceof PrivateAddressError) {
    return {
      type: 'dead',
      reason: `${error.message}, so nothing was sent. If your API is meant to be inside your network, set ${setting('allowPrivate', 'true')}, restart, and replay.`,
    };
  }
  const reason = failureReason(error, host, timeoutMs);
  return written
    ? { type: 'retry', reason: `${reason} It may have arrived all the same.`, uncertain: true }
    : { type: 'retry', reason };
}

/** What went wrong on the way to the host, in a sentence. */
export function failureReason(error: Error, host: string, timeoutMs: number): string {
  const { code, name } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `${host} did not answer within ${timeoutMs / 1000} s.`;
  }
  if (isPlainAnswer(error)) {
    return `${host} answers without TLS: write http:// in place of https://, or another port.`;
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name of ${host} cannot be resolved.`;
    case 'ECONNREFUSED':
      return `Nothing listens at ${host}.`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${host} cut the connection.`;
    default:
      return `The request to ${host} failed: ${error.message || code || name}.`;
  }
}
