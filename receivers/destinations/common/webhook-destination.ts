import type { Attempt, Check, Destination } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type Posted, postJson } from './post.ts';

/** What to do when a message may have arrived and the other side cannot be asked. */
export type Unsure = 'repeat' | 'skip';

/** A place that is reached by an incoming webhook alone: one can post there, and look at nothing. */
export interface WebhookPlace {
  /** As people call it: “Discord”. */
  service: string;
  url: string;
  unsure: Unsure;
  render(message: Message): object;
  /** What an answer means. */
  outcome(answer: Posted & { answered: true }): Outcome;
  /** Looks, without posting anything, whether the webhook is there. */
  check(): Promise<Check>;
}

/** Opens a destination that posts to an incoming webhook. */
export function webhookDestination(place: WebhookPlace): Destination {
  const { service, url, unsure } = place;
  return {
    async send(message: Message, { uncertain, signal }: Attempt): Promise<Outcome> {
      if (uncertain && unsure === 'skip') {
        const note = `May have arrived, and was not repeated: ${service} cannot be asked.`;
        return { type: 'done', note };
      }
      const posted = await postJson(service, url, place.render(message), signal);
      if (posted.answered) {
        return place.outcome(posted);
      }
      const { reason, uncertain: mayHaveArrived } = posted.failure;
      return { type: 'retry', reason, ...(mayHaveArrived ? { uncertain: true } : {}) };
    },
    check: async () => [await place.check()],
    close: async () => {},
  };
}

/**
 * What an answer means by its status alone: 2xx done, 429 a rate limit, 408 and 5xx open, the rest for a
 * person to mend.
 *
 * @param advice what a person can do about a status of 4xx
 */
export function statusOutcome(
  service: string,
  { status, body, retryAfterMs }: Posted & { answered: true },
  advice: string,
): Outcome {
  const answer = body === '' ? {} : { answer: body };
  if (status >= 200 && status < 300) {
    return { type: 'done', ...answer };
  }
  if (status === 429) {
    const reason = `${service} takes no more messages for now.`;
    const delay = retryAfterMs === null ? {} : { delayMs: retryAfterMs };
    return { type: 'retry', reason, rateLimited: true, ...delay, ...answer };
  }
  if (status < 500 && status !== 408) {
    return { type: 'dead', reason: `${service} answered HTTP ${status}. ${advice}`, ...answer };
  }
  return { type: 'retry', reason: `${service} answered HTTP ${status}.`, uncertain: true, ...answer };
}
