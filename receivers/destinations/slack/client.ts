import { type LogLevel, type Logger as SlackLogger, WebClient, type WebClientOptions } from '@slack/web-api';
import type { Logger } from 'pino';
import { type Failure, slackFailure } from './failure.ts';

export type Answer<Data> = { ok: true; data: Data } | { ok: false; failure: Failure };

/** Calls a method of Slack's Web API. Never rejects. */
export type Call = <Data extends object>(
  method: string,
  parameters: Record<string, unknown>,
) => Promise<Answer<Data>>;

/** A single call takes no longer than this, milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * The way to Slack for one attempt. Nothing is retried and nothing waits here: that is for the ledger,
 * which forgets nothing when the process ends.
 *
 * @param signal ends every call under way
 */
export function slackCalls(token: string, apiUrl: string, log: Logger, signal: AbortSignal): Call {
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger: quietLogger(log),
    fetch: ((url: string, init: RequestInit) =>
      fetch(url, {
        ...init,
        signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal,
      })) as WebClientOptions['fetch'],
  });
  return async <Data extends object>(method: string, parameters: Record<string, unknown>) => {
    try {
      return { ok: true, data: (await client.apiCall(method, parameters)) as unknown as Data };
    } catch (error) {
      return { ok: false, failure: slackFailure(error) };
    }
  };
}

/** The client's own remarks are of use only to who debugs; its debug lines hold whole messages, and are left out. */
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
