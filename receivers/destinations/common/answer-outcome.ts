import { retryAfterMs } from '../../../shared/retry-after.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type AdviceTable, adviceFor } from '../../outgoing/advice.ts';
import type { Answer, Exchange } from '../../outgoing/exchange.ts';
import { readableBody, redirectTarget } from '../../outgoing/readable.ts';

/** How to read the answers of a service that messages are posted to. */
export interface AnswerRules {
  /** As people call it: “Discord”. */
  service: string;
  /** What people can do about a refusal, by the service's own error code or the status. */
  advice: AdviceTable;
  /** The service's own error code; null if the answer has none. */
  errorCode?(answer: Answer): string | number | null;
  /** The status that counts, if the service reports another one in the body. Default: the answer's. */
  status?(answer: Answer): number;
  /** How long the service asks to wait, in milliseconds, if it says so in the body. Default: Retry-After. */
  delayMs?(answer: Answer): number | null;
  /** What to keep of an accepted message's answer. Default: the body. */
  accepted?(answer: Answer): string;
}

/**
 * What an exchange means for the delivery: 2xx is done, 429 a rate limit, 408, 425 and 5xx may have had an effect,
 * everything else needs a person. A page of HTML with status 200 comes from something in between, such as a sign-in
 * page of the network, and is not a success.
 *
 * @param url where the message was posted; it is not part of the outcome
 */
export function answerOutcome(rules: AnswerRules, exchange: Exchange, url: string): Outcome {
  const { service } = rules;
  if (!exchange.answered) {
    const { reason, mayHaveArrived } = exchange;
    return { type: 'retry', reason, ...(mayHaveArrived ? { uncertain: true } : {}) };
  }
  const status = rules.status?.(exchange) ?? exchange.status;
  const body = readableBody(exchange);
  const answer = body === '' ? {} : { answer: body };
  if (status >= 200 && status < 300) {
    return isPage(exchange)
      ? { type: 'retry', reason: notTheService(service), uncertain: true, ...answer }
      : { type: 'done', ...(rules.accepted === undefined ? answer : { answer: rules.accepted(exchange) }) };
  }
  const delay = rules.delayMs?.(exchange) ?? requestedDelay(exchange);
  const delayed = delay === null ? {} : { delayMs: delay };
  if (status === 429) {
    return {
      type: 'retry',
      reason: rateLimitWords(service, delay),
      rateLimited: true,
      ...delayed,
      ...answer,
    };
  }
  if (status >= 500 || status === 408 || status === 425) {
    return { type: 'retry', reason: statusWords(service, status), uncertain: true, ...delayed, ...answer };
  }
  return { type: 'dead', reason: refusalWords(rules, exchange, url), ...answer };
}

/** The wait that Retry-After asks for, in milliseconds; null if there is none. */
export function requestedDelay({ headers }: Pick<Answer, 'headers'>): number | null {
  return retryAfterMs(headers['retry-after'] ?? null, headers.date ?? null, Date.now());
}

/** Why a message was refused, with what to do: where a redirect leads, else the advice for the answer's code or status. */
export function refusalWords(rules: AnswerRules, answer: Answer, url: string): string {
  const status = rules.status?.(answer) ?? answer.status;
  const target = redirectTarget(answer, new URL(url));
  if (target !== null) {
    return `${rules.service} redirects to ${target}, and redirects are not followed. Set the URL that it leads to, and check any proxy on the way.`;
  }
  const code = rules.errorCode?.(answer) ?? null;
  const named = code === null ? `HTTP ${status}` : `HTTP ${status}, ${code}`;
  return `${rules.service} refused the message (${named}). ${adviceFor(rules.advice, code, status)}`;
}

/** “Slack asked to wait 30 s before the next message.” */
export function rateLimitWords(service: string, delayMs: number | null): string {
  return delayMs === null
    ? `${service} is limiting how many messages it accepts.`
    : `${service} asked to wait ${delayMs / 1000} s before the next message.`;
}

/** For an HTTP status without advice of its own. */
export function statusWords(service: string, status: number): string {
  return `${service} answered HTTP ${status}.`;
}

/** For an answer that did not come from the service. */
export function notTheService(service: string): string {
  return `Something other than ${service} answered. Check the URL, and any proxy on the way.`;
}

/** Whether an answer's body is a page of HTML, whatever its content type says: Slack sends “ok” as text/html. */
export function isPage({ text }: Pick<Answer, 'text'>): boolean {
  return /^\s*<(?:!doctype|html|head|body)\b/i.test(text);
}
