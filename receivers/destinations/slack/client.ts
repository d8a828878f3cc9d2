import { type LogLevel, type Logger as SlackLogger, WebClient, type WebClientOptions } from '@slack/web-api';
import type { Logger } from 'pino';
import { type Failure, networkFailure, slackFailure } from './failure.ts';

export type Answer<Data> = { ok: true; data: Data } | { ok: false; failure: Failure };

/** Calls a method of Slack's Web API. Never rejects. */
export type Call = <Data extends object>(
  method: string,
  parameters: Record<string, unknown>,
) => Promise<Answer<Data>>;

/** A single call takes no longer than this, milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * The way to Slack for one attempt, for one call after the other. Nothing is retried and nothing waits here:
 * that is for the ledger, which forgets nothing when the process ends.
 *
 * @param signal ends every call under way
 */
export function slackCalls(token: string, apiUrl: string, log: Logger, signal: AbortSignal): Call {
  // The client turns what fetch throws into an error of its own, which may lack the cause.
  let broken: unknown = null;
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger: quietLogger(log),
    fetch: (async (url: string, init: RequestInit) => {
      try {
        const either = init.signal ? AbortSignal.any([init.signal, signal]) : signal;
        return await fetch(url, { ...init, signal: either });
      } catch (error) {
        broken = error;
        throw error;
      }
    }) as WebClientOptions['fetch'],
  });
  return async <Data extends object>(method: string, parameters: Record<string, unknown>) => {
    broken = null;
    try {
      return { ok: true, data: (await client.apiCall(method, parameters)) as unknown as Data };
    } catch (error) {
      return { ok: false, failure: broken === null ? slackFailure(error) : networkFailure(broken) };
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
