import type { Attempt, Check, Destination } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type HttpClient, openHttpClient } from '../../outgoing/client.ts';
import type { Answer, Exchange } from '../../outgoing/exchange.ts';
import { type AnswerRules, answerOutcome } from './answer-outcome.ts';

/** What to do if a message may have arrived and the service cannot be asked. */
export type Unsure = 'repeat' | 'skip';

/** A service that is reached by an incoming webhook only: the receiver can post, and can read nothing. */
export interface WebhookService extends AnswerRules {
  /** Where a message is posted. */
  url(message: Message): string;
  unsure: Unsure;
  render(message: Message): object;
  /**
   * What to post instead of a payload that the service refused, such as the same without its image. Null if nothing
   * else can be tried. Only for refusals after which nothing was posted.
   */
  withoutRefused?(payload: object, answer: Answer): object | null;
  /** Finds out, without posting anything, whether the webhook works. */
  check(http: HttpClient): Promise<Check[]>;
}

/** Opens a destination that posts to an incoming webhook. */
export function openWebhookDestination(service: WebhookService): Destination {
  const http = openHttpClient({ service: service.service });
  return {
    async send(message: Message, { uncertain, signal }: Attempt): Promise<Outcome> {
      if (uncertain && service.unsure === 'skip') {
        const note = `May have arrived, so it was not sent again: ${service.service} cannot be asked.`;
        return { type: 'done', note };
      }
      const url = service.url(message);
      const payload = service.render(message);
      let exchange = await postJson(http, url, payload, signal);
      const instead = exchange.answered ? (service.withoutRefused?.(payload, exchange) ?? null) : null;
      if (instead !== null) {
        exchange = await postJson(http, url, instead, signal);
      }
      return answerOutcome(service, exchange, url);
    },
    check: () => service.check(http),
    close: () => http.close(),
  };
}

/** Posts JSON to an incoming webhook, unless the signal has aborted. */
export function postJson(
  http: HttpClient,
  url: string,
  payload: object,
  signal?: AbortSignal,
): Promise<Exchange> {
  return http.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(payload),
    ...(signal === undefined ? {} : { signal }),
  });
}
