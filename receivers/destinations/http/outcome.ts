import { retryAfterMs } from '../../../shared/retry-after.ts';
import { cut } from '../../../shared/words.ts';
import type { SettingName } from '../../contract/destination.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type AdviceTable, adviceFor } from '../../outgoing/advice.ts';
import type { Answer, Failure } from '../../outgoing/exchange.ts';
import { readableBody, redirectTarget } from '../../outgoing/readable.ts';
import type { HttpSettings } from './settings.ts';
import { isSuccess } from './statuses.ts';

const RATE_LIMIT_DELAY_MS = 30_000;
const ANSWER_LIMIT = 1024;

/**
 * What an answer means for the delivery.
 *
 * @param url where the request went; people see its host only, because its path may be a secret
 * @param now milliseconds since 1970
 */
export function answerOutcome(
  answer: Answer,
  { success, method }: Pick<HttpSettings, 'success' | 'method'>,
  url: URL,
  now: number,
  setting: SettingName,
): Outcome {
  const { status, headers } = answer;
  const { host } = url;
  const proxied = proxyWords(answer);
  const body = readableBody(answer);
  const kept = { answer: cut(`${status}${body === '' ? '' : `: ${body}`}`, ANSWER_LIMIT) };
  if (isSuccess(status, success)) {
    return { type: 'done', ...kept };
  }
  const delayMs = retryAfterMs(headers['retry-after'] ?? null, headers.date ?? null, now);
  if (status === 429) {
    const reason = `${host} accepts no more requests for now (429).`;
    return { type: 'retry', reason, rateLimited: true, delayMs: delayMs ?? RATE_LIMIT_DELAY_MS, ...kept };
  }
  const delay = delayMs === null ? {} : { delayMs };
  if (status === 408 || status === 425) {
    return { type: 'retry', reason: `${host} asks to send it again (${status}).`, ...delay, ...kept };
  }
  if (status >= 500) {
    const reason = `${host} failed with ${status}. The event may have arrived.${proxied}`;
    return { type: 'retry', reason, uncertain: true, ...delay, ...kept };
  }
  const target = redirectTarget(answer, url);
  const advice =
    target === null
      ? adviceFor(adviceTable(method, setting), null, status)
      : `it redirects to ${target}, and redirects are not followed. Set ${setting('url')} to the final URL, then replay.`;
  return { type: 'dead', reason: `${host} answered ${status}: ${advice}${proxied}`, ...kept };
}

/** The statuses with which proxies answer for themselves. */
const OF_PROXIES = [403, 502, 503, 504];

function proxyWords({ status, proxy }: Answer): string {
  return proxy === null || !OF_PROXIES.includes(status)
    ? ''
    : ` The request went through the proxy ${proxy}, which may have answered itself: check whether it allows and reaches this host.`;
}

function adviceTable(method: string, setting: SettingName): AdviceTable {
  const login = `it does not accept the sender. Correct Authorization in ${setting('headers')}, or the secret for the signature that both sides have; then replay.`;
  const body = `it does not understand the body. Write a body template that fits, ${setting('body')}; its answer may say what is wrong. Then replay.`;
  return {
    statuses: {
      '2xx': `the settings do not count this as success. If it is, add it to ${setting('success')}.`,
      400: body,
      401: login,
      403: login,
      404: `there is nothing at this URL. Correct ${setting('url')}, then replay.`,
      405: `it does not accept ${method} at this URL. Correct the URL, or ${setting('method')}; then replay.`,
      410: `it is gone permanently. Set ${setting('url')} to a new URL and replay, or remove this destination.`,
      413: `the body is too large for it. Send less with a body template, ${setting('body')}; then replay.`,
      415: body,
      422: body,
    },
    otherwise: 'it refuses the request. Its answer may say why. Replay when the cause is fixed.',
  };
}

/** What a request without an answer means for the delivery. */
export function failureOutcome({ kind, mayHaveArrived, reason }: Failure, setting: SettingName): Outcome {
  if (kind === 'private address') {
    return {
      type: 'dead',
      reason: `${reason} If your API is inside your network, set ${setting('allowPrivate', 'true')}, restart, and replay.`,
    };
  }
  if (kind === 'invalid request') {
    return { type: 'dead', reason };
  }
  return mayHaveArrived
    ? { type: 'retry', reason: `${reason} The event may have arrived.`, uncertain: true }
    : { type: 'retry', reason };
}
