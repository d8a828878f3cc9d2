import { errorCode, mayHaveArrived } from '../../shared/intelligems-transport.ts';
import type { Attempt, Check, Destination } from '../contract/destination.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { type HookOutcome, hookOutcome } from './answer.ts';
import { type FanOutServices, giveToZaps, zapOf } from './fan-out.ts';
import { render } from './render.ts';
import type { Subscription } from './subscriptions.ts';
import { targetUrlProblem } from './target-url.ts';

export interface ZapierSettings {
  /** Hosts to which events may be sent, in lower case. */
  targetHosts: readonly string[];
  /** How long one request may take, milliseconds. */
  timeoutMs: number;
}

/**
 * Sends an event to one Zap, which the delivery's route names. The header `webhook-id` lets the app recognise what
 * comes twice, after a crash or a lost answer.
 */
export class ZapDestination implements Destination {
  readonly #settings: ZapierSettings;
  readonly #services: FanOutServices;

  constructor(settings: ZapierSettings, services: FanOutServices) {
    this.#settings = settings;
    this.#services = services;
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    const zap = zapOf(attempt.route);
    if (message.kind === 'report' || zap === null) {
      return { type: 'done', note: 'This is for no Zap. Send the event to zapier, which gives it to each.' };
    }
    const subscription = await this.#services.subscriptions.find(zap.id);
    const own = { ...message, key: zap.key };
    if (subscription === null) {
      return this.#toNewcomers(own, zap.id, attempt);
    }
    const outcome = await this.#tell(subscription, own, attempt.signal);
    switch (outcome.type) {
      case 'taken':
        return { type: 'done', note: 'Sent to the Zap.' };
      case 'gone':
        await this.#services.subscriptions.remove(zap.id);
        return { type: 'done', note: 'The Zap had been switched off: its subscription ended.' };
      case 'refused':
        return {
          type: 'dead',
          reason: `Zapier refused the event for this Zap (status ${outcome.status}). Switch the Zap off and on again, so that it subscribes anew, then replay.`,
          ofRecipient: true,
          remember: { [refusal(own.key, zap.id)]: String(outcome.status) },
        };
      case 'failed':
        return {
          type: 'retry',
          reason: `The Zap could not be told: Zapier gave ${outcome.cause}.`,
          delayMs: outcome.delayMs ?? undefined,
          rateLimited: outcome.rateLimited,
          uncertain: outcome.uncertain,
          ofRecipient: outcome.answered,
        };
    }
  }

  /** The fan-out tells of Zapier. */
  async check(): Promise<Check[]> {
    return [];
  }

  async close(): Promise<void> {}

  /** A Zap that refused it was to subscribe anew: then whoever has subscribed since gets it. */
  async #toNewcomers(
    message: ExperienceMessage,
    id: string,
    { eventKey, createdAt, recall }: Attempt,
  ): Promise<Outcome> {
    const refused = (await recall(refusal(message.key, id))) !== null;
    const all = refused ? await this.#services.subscriptions.all() : [];
    const newcomers = all.filter((zap) => zap.createdAt > createdAt);
    const count = await giveToZaps(message, eventKey, newcomers, this.#services);
    const note =
      count === 0 ? 'The Zap has been switched off: not sent.' : 'Goes to the Zap that subscribed anew.';
    return { type: 'done', note };
  }

  async #tell(
    { id, targetUrl }: Subscription,
    message: ExperienceMessage,
    signal: AbortSignal,
  ): Promise<HookOutcome> {
    const { targetHosts, timeoutMs } = this.#settings;
    if (targetUrlProblem(targetUrl, targetHosts) !== null) {
      return { type: 'gone' };
    }
    try {
      const response = await fetch(targetUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': `${message.key}.${id}`,
        },
        body: JSON.stringify(render(message)),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.body?.cancel();
      return hookOutcome(response.status, response.headers.get('retry-after'));
    } catch (error) {
      const code = errorCode(error);
      return {
        type: 'failed',
        cause: code === 'TimeoutError' ? 'no answer in time' : code,
        answered: false,
        uncertain: mayHaveArrived(error),
        rateLimited: false,
        delayMs: null,
      };
    }
  }
}

/** The fact that a Zap refused a message. */
function refusal(key: string, id: string): string {
  return `refused:${key}:${id}`;
}
