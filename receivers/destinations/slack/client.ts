import { type LogLevel, type Logger as SlackLogger, WebClient, type WebClientOptions } from '@slack/web-api';
import type { Logger } from 'pino';
import { httpDate, retryAfterMs } from '../../../shared/retry-after.ts';
import type { HttpClient } from '../../outgoing/client.ts';
import { failureOf } from '../../outgoing/exchange.ts';
import {
  type Failure,
  httpFailure,
  networkFailure,
  notSlack,
  platformFailure,
  rateLimited,
} from './failure.ts';

export type Answer<Data> = { ok: true; data: Data } | { ok: false; failure: Failure };

/** Calls a method of Slack's Web API. Never rejects, and calls nothing once the attempt's signal has aborted. */
export type Call = <Data extends object>(
  method: string,
  parameters: Record<string, unknown>,
) => Promise<Answer<Data>>;

/** The way to Slack for one attempt. */
export interface SlackApi {
  call: Call;
  /**
   * How far Slack's clock is ahead of this machine's, in milliseconds, by the `Date` header of the latest answer; null
   * before the first.
   */
  clockOffset(): number | null;
}

export interface ApiOptions {
  token: string;
  apiUrl: string;
  log: Logger;
  /** This machine's clock, in milliseconds since 1970. */
  now(): number;
  /** Ends the call in progress, and every later one before it is sent. */
  signal: AbortSignal;
}

/** A single call takes no longer than this, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Opens the Web API for one attempt, which makes one call after the other. Nothing is retried here and nothing waits:
 * that is the delivery queue's work, which survives a crash.
 */
export function openSlackApi(
  http: Pick<HttpClient, 'fetch'>,
  { token, apiUrl, log, now, signal }: ApiOptions,
): SlackApi {
  // The client's own errors leave out headers and causes, so the answer is noted here.
  let answered: { status: number; retryAfter: string | null; date: string | null } | null = null;
  let offset: number | null = null;
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger: quietLogger(log),
    fetch: (async (url: string, init: RequestInit) => {
      const either = init.signal ? AbortSignal.any([init.signal, signal]) : signal;
      const response = await http.fetch(url, { ...init, signal: either });
      const { status, headers } = response;
      answered = { status, retryAfter: headers.get('retry-after'), date: headers.get('date') };
      const date = httpDate(answered.date ?? '');
      offset = date === null ? offset : date - now();
      return response;
    }) as WebClientOptions['fetch'],
  });
  return {
    clockOffset: () => offset,
    call: async <Data extends object>(method: string, parameters: Record<string, unknown>) => {
      answered = null;
      try {
        return { ok: true, data: (await client.apiCall(method, parameters)) as unknown as Data };
      } catch (error) {
        return { ok: false, failure: failureFrom(error, answered) };
      }
    },
  };
}

function failureFrom(
  error: unknown,
  answered: { status: number; retryAfter: string | null; date: string | null } | null,
): Failure {
  const failure = failureOf(error);
  if (failure !== null) {
    return networkFailure(failure);
  }
  if (answered?.status === 429) {
    return rateLimited(retryAfterMs(answered.retryAfter, answered.date, Date.now()));
  }
  if (answered !== null && answered.status !== 200) {
    return httpFailure(answered.status);
  }
  const { data } = error as { data?: unknown };
  return answered !== null && typeof data === 'object' && data !== null ? platformFailure(data) : notSlack();
}

/** The client's debug lines hold whole messages, so they are left out. */
function quietLogger(log: Logger): SlackLogger {
  const remark = (...parts: unknown[]): void => log.debug({ slack: parts.map(String).join(' ') }, 'slack');
  return {
    debug: () => {},
    info: remark,
    warn: remark,
    error: remark,
    setLevel: () => {},
    getLevel: () => 'warn' as LogLevel,
    setName: () => {},
  };
}
