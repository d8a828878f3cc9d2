import { retryAfterMs } from '../../shared/retry-after.ts';
import type { Attempt, Check, Destination } from '../contract/destination.ts';
import type { ExperienceMessage, Message } from '../contract/message.ts';
import type { Outcome } from '../contract/outcome.ts';
import { describeChanges } from '../experience/changes.ts';
import { type HttpClient, openHttpClient } from '../outgoing/client.ts';
import type { Exchange } from '../outgoing/exchange.ts';
import { documentOf } from './changed-settings.ts';
import { type FanOutServices, giveToZaps, LEASE_LOST } from './fan-out.ts';
import { render, renderReport } from './render.ts';
import { eventAt, readRoute, type ZapRoute } from './route.ts';
import { LAST_EVENT, type Subscription } from './subscriptions.ts';
import { targetUrlProblem } from './target-url.ts';

export interface ZapierSettings {
  /** Hosts to which events may be sent, in lower case. */
  targetHosts: readonly string[];
  /** How long one request may take, milliseconds. */
  timeoutMs: number;
}

/**
 * Sends an event or a report to one Zap, which the delivery's route names. The header `webhook-id` lets the app
 * recognize what arrives twice, after a crash or a lost response.
 */
export class ZapDestination implements Destination {
  readonly #settings: ZapierSettings;
  readonly #services: FanOutServices;
  readonly #http: HttpClient;

  constructor(settings: ZapierSettings, services: FanOutServices) {
    this.#settings = settings;
    this.#services = services;
    this.#http = openHttpClient({ service: 'Zapier', timeoutMs: settings.timeoutMs });
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    const route = readRoute(attempt.route);
    const body = route === null ? null : bodyOf(message, route);
    if (route === null || body === null) {
      return {
        type: 'done',
        note: 'This is not for a Zap. Send the event to zapier, which hands it to each Zap.',
      };
    }
    const subscription = await this.#services.subscriptions.find(route.slot);
    if (subscription === null) {
      return this.#toNewcomers({ ...message, key: route.key }, route, attempt);
    }
    if (targetUrlProblem(subscription.targetUrl, this.#settings.targetHosts) !== null) {
      return this.#end(subscription);
    }
    const exchange = await this.#http.request({
      method: 'POST',
      url: subscription.targetUrl,
      headers: { 'content-type': 'application/json', 'webhook-id': `${route.key}.${route.slot}` },
      body: JSON.stringify(body),
      signal: attempt.signal,
    });
    return this.#outcome(exchange, subscription, route);
  }

  /** The fan-out reports on Zapier. */
  async check(): Promise<Check[]> {
    return [];
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #outcome(exchange: Exchange, subscription: Subscription, route: ZapRoute): Promise<Outcome> {
    if (!exchange.answered) {
      return {
        type: 'retry',
        reason: `The event could not be sent to the Zap. ${exchange.reason}`,
        uncertain: exchange.mayHaveArrived,
      };
    }
    const { status, headers } = exchange;
    if (status >= 200 && status < 300) {
      const remember = { [LAST_EVENT + subscription.slot]: String(this.#services.now()) };
      return { type: 'done', note: 'Sent to the Zap.', remember };
    }
    if (status === 410) {
      return this.#end(subscription);
    }
    if (status === 429 || status === 408 || status >= 500) {
      return {
        type: 'retry',
        reason: `The event could not be sent to the Zap: Zapier answered with ${status === 429 ? 'its rate limit' : `status ${status}`}.`,
        delayMs:
          retryAfterMs(headers['retry-after'] ?? null, headers.date ?? null, this.#services.now()) ??
          undefined,
        rateLimited: status === 429,
        uncertain: status !== 429,
        ofRecipient: true,
      };
    }
    return {
      type: 'dead',
      reason: `Zapier refused the event for this Zap (status ${status}). Switch the Zap off and on again so that it subscribes again, then replay.`,
      ofRecipient: true,
      remember: { [refusalFact(route)]: String(status) },
    };
  }

  async #end({ id }: Subscription): Promise<Outcome> {
    await this.#services.subscriptions.remove(id);
    return { type: 'done', note: 'The Zap had been switched off: its subscription ended.' };
  }

  /** A Zap that refused a message had to subscribe again: the one that has subscribed since gets it. */
  async #toNewcomers(
    message: Message,
    route: ZapRoute,
    { eventKey, createdAt, signal, recall }: Attempt,
  ): Promise<Outcome> {
    const refused = (await recall(refusalFact(route))) !== null;
    const all = refused ? await this.#services.subscriptions.all() : [];
    const newcomers = all.filter((zap) => zap.createdAt > createdAt);
    const count = await giveToZaps(message, { eventKey, signal }, newcomers, this.#services);
    if (count === null) {
      return LEASE_LOST;
    }
    const note =
      count === 0 ? 'The Zap has been switched off: not sent.' : 'Goes to the Zap that subscribed again.';
    return { type: 'done', note };
  }
}

/** What the Zap gets; null for a report without data. */
function bodyOf(message: Message, { key, since }: ZapRoute): object | null {
  if (message.kind === 'report') {
    return renderReport(key, message.report);
  }
  return render({ ...(since === null ? message : comparedSince(message, since)), key });
}

/** An update compared with the settings before its burst. */
function comparedSince(message: ExperienceMessage, since: number): ExperienceMessage {
  const before = eventAt(message.history, since);
  if (before === null) {
    return message;
  }
  return {
    ...message,
    previous: before.experience,
    changes: describeChanges(documentOf(before), documentOf(message.event), message.event.action),
  };
}

/** The fact that a Zap refused a message. */
function refusalFact({ key, slot }: ZapRoute): string {
  return `refused:${key}:${slot}`;
}
