import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { type HttpClient, openHttpClient } from '../../outgoing/client.ts';
import { checkConnection, checkSettings } from './check.ts';
import { answerOutcome, failureOutcome } from './outcome.ts';
import { render } from './render.ts';
import { secretsOf, withoutSecrets } from './secrets.ts';
import type { HttpSettings } from './settings.ts';
import { sign } from './signature.ts';

/** How many requests may be in progress at once. */
const CONNECTIONS = 16;

/** How many bytes of an answer are read. */
const READ_LIMIT = 4096;

/** An open `http` destination. */
export class HttpDestination implements Destination {
  readonly #settings: HttpSettings;
  readonly #services: Services;
  readonly #url: URL;
  readonly #http: HttpClient;
  readonly #secrets: string[];

  constructor(settings: HttpSettings, services: Services) {
    this.#settings = settings;
    this.#services = services;
    this.#url = new URL(settings.url);
    this.#secrets = secretsOf(settings);
    this.#http = openHttpClient({
      connections: CONNECTIONS,
      // What may have arrived is sent again under the same webhook-id, so a kept connection costs nothing.
      keepAlive: true,
      publicOnly: !settings.allowPrivate,
      timeoutMs: settings.timeoutMs,
      limit: READ_LIMIT,
    });
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    const { now, setting } = this.#services;
    const { method, headers, body: template, secret } = this.#settings;
    const rendered = render(message, template);
    if (!rendered.ok) {
      return { type: 'dead', reason: `${rendered.problem} Correct ${setting('body')}, restart, and replay.` };
    }
    const { body } = rendered;
    const id = message.key;
    const exchange = await this.#http.request({
      method,
      url: this.#url,
      headers: {
        'content-type': 'application/json',
        ...lowerCased(headers),
        ...(secret.length === 0 ? { 'webhook-id': id } : sign(id, now(), body, secret)),
      },
      body,
      signal: attempt.signal,
    });
    const outcome = exchange.answered
      ? answerOutcome(exchange, this.#settings, this.#url, now(), setting)
      : failureOutcome(exchange, setting);
    return withoutSecrets(outcome, this.#secrets);
  }

  async check(): Promise<Check[]> {
    return [...this.checkHere(), await checkConnection(this.#url, this.#http, this.#services.setting)];
  }

  checkHere(): Check[] {
    return checkSettings(this.#settings, this.#services.setting);
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
