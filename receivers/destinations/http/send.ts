import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Attempt, Check, Destination, Services } from '../../contract/destination.ts';
import type { Message } from '../../contract/message.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { assertPublicLiteral, publicLookup } from '../../outgoing/addresses.ts';
import { checkConnection, checkSettings } from './check.ts';
import { answerOutcome, failureOutcome, type HttpAnswer } from './outcome.ts';
import { render } from './render.ts';
import { secretsOf, withoutSecrets } from './secrets.ts';
import type { HttpSettings } from './settings.ts';
import { sign } from './signature.ts';

/** How many requests may be under way at once. */
export const CONNECTIONS = 16;

/** Never more than this many bytes of an answer are read. */
const READ_LIMIT = 4096;

/** A connection without a request is closed after this long: most servers close theirs after five seconds. */
const IDLE_MS = 4_000;

/** An open `http` destination. */
export class HttpDestination implements Destination {
  #settings: HttpSettings;
  #services: Services;
  #url: URL;
  #agent: HttpAgent | HttpsAgent;
  #secrets: string[];

  constructor(settings: HttpSettings, services: Services) {
    this.#settings = settings;
    this.#services = services;
    this.#url = new URL(settings.url);
    this.#secrets = secretsOf(settings);
    const options = {
      keepAlive: true,
      maxSockets: CONNECTIONS,
      timeout: IDLE_MS,
      ...(settings.allowPrivate ? {} : { lookup: publicLookup }),
    };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  async send(message: Message, attempt: Attempt): Promise<Outcome> {
    const { now, setting } = this.#services;
    const rendered = render(message, this.#settings.body);
    if (!rendered.ok) {
      const advice =
        this.#settings.body === undefined ? '' : ` Correct ${setting('body')}, restart, and replay.`;
      return { type: 'dead', reason: `${rendered.problem}${advice}` };
    }
    const { host } = this.#url;
    const { timeoutMs } = this.#settings;
    const result = await this.#request(message.key, rendered.body, attempt.signal);
    const outcome = result.ok
      ? answerOutcome(result.answer, this.#settings, host, now(), setting)
      : failureOutcome(result.error, host, result.written, timeoutMs, setting);
    return withoutSecrets(outcome, this.#secrets);
  }

  async check(): Promise<Check[]> {
    const { setting } = this.#services;
    return [...this.checkHere(), await checkConnection(this.#url, this.#settings, setting)];
  }

  checkHere(): Check[] {
    return checkSettings(this.#settings, this.#services.setting);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  /** Makes one request. Resolves with the answer's beginning, or with why there is none. */
  #request(id: string, body: string, signal: AbortSignal): Promise<RequestResult> {
    const { method, headers, secret, timeoutMs, allowPrivate } = this.#settings;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const { promise, resolve } = Promise.withResolvers<RequestResult>();
    let written = false;
    const fail = (error: Error): void => resolve({ ok: false, error, written });
    try {
      if (!allowPrivate) {
        assertPublicLiteral(this.#url.hostname);
      }
      const request = (this.#url.protocol === 'https:' ? httpsRequest : httpRequest)(this.#url, {
        method,
        agent: this.#agent,
        signal: limit,
        headers: {
          'Content-Type': 'application/json',
          'User-Agent': 'intelligems-receivers',
          ...headers,
          'Content-Length': Buffer.byteLength(body),
          ...(secret.length === 0 ? { 'webhook-id': id } : sign(id, this.#services.now(), body, secret)),
        },
      });
      request.on('socket', (socket) => {
        const ready = this.#url.protocol === 'https:' ? 'secureConnect' : 'connect';
        if (request.reusedSocket) {
          written = true;
        } else {
          socket.once(ready, () => {
            written = true;
          });
        }
      });
      let answered = false;
      request.on('response', async (response) => {
        answered = true;
        resolve({ ok: true, answer: await readAnswer(response) });
      });
      request.on('error', (error) => answered || fail(error));
      request.on('close', () => answered || fail(new Error('the connection was closed without an answer')));
      request.end(body);
    } catch (error) {
      fail(error as Error);
    }
    return promise;
  }
}

type RequestResult = { ok: true; answer: HttpAnswer } | { ok: false; error: Error; written: boolean };

async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= READ_LIMIT) {
        break;
      }
    }
  } catch {
    // The status has been told, and the rest of the answer is for people only.
  }
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'] ?? null,
    location: response.headers.location ?? null,
    body: Buffer.concat(chunks)
      .subarray(0, READ_LIMIT)
      .toString()
      .replace(/[^\P{Cc}\n\t]+/gu, ' ')
      .trim(),
  };
}
