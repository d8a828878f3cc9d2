import { Agent, type Dispatcher } from 'undici';
import { urlCredentials } from '../base/percent-decoding.ts';
import { ACCEPT_ENCODING, decodedText, decompressed } from './body.ts';
import { type Connections, directConnections, tunnelConnections } from './connect.ts';
import { dispatch } from './dispatch.ts';
import { type Answer, type Exchange, type Failure, OutgoingError, type OutgoingRequest } from './exchange.ts';
import { describeFailure, type FailureContext, refusalOf } from './failure.ts';
import { requestFrom, responseFrom } from './fetch.ts';
import { otherClocks } from './other-clocks.ts';
import { USER_AGENT } from './product.ts';
import { type Proxies, type ProxyServer, readProxies } from './proxies.ts';
import { redirectTarget } from './readable.ts';

export interface ClientSettings {
  /** As people call the other side, such as “Slack”. Default: the host of each URL. */
  service?: string;
  /** How many connections to one host may be open at once. Default: 16. */
  connections?: number;
  /**
   * Whether a connection serves several requests. The other side may close a kept one just as a request is written,
   * and then there is no way to know whether it arrived: leave it off if a request must not be sent twice. Default: false.
   */
  keepAlive?: boolean;
  /** Refuses addresses that are not on the public internet. Default: false. */
  publicOnly?: boolean;
  /** How long an exchange may take, milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** How long a connection may take, milliseconds. Default: 10,000, or `timeoutMs` if that is shorter. */
  connectTimeoutMs?: number;
  /** How many bytes of a response are read. Default: 65,536; `fetch` reads up to 32 MiB. */
  limit?: number;
  /** Default: those of the process's environment. */
  proxies?: Proxies;
}

/** The way out of this process by HTTP. */
export interface HttpClient {
  /** Makes one exchange. Never rejects, never follows a redirect, never sends a request twice. */
  request(request: OutgoingRequest): Promise<Exchange>;
  /**
   * The same in the shape of the global `fetch`, for libraries that can be given one. Resolves with any answer but a
   * redirect; rejects with {@link OutgoingError}, which {@link failureOf} finds behind the library's own error.
   */
  fetch: typeof fetch;
  /**
   * Connects to a host the way a request would, proxies and certificates included, and closes the connection. Sends
   * no request; a proxy for http is reached, but not asked. Gives why it failed; null if it did not. For checks.
   */
  reach(url: string | URL): Promise<Failure | null>;
  /** Ends what is in progress and closes all connections. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const CONNECTIONS = 16;
const LIMIT = 64 * 1024;
const FETCH_LIMIT = 32 * 1024 * 1024;
const HEADER_LIMIT = 64 * 1024;

/** Most servers close a connection that has been idle for five seconds. */
const IDLE_MS = 4_000;

/** Opens an HTTP client. It connects when the first request is made. */
export function openHttpClient(settings: ClientSettings = {}): HttpClient {
  return new Client(settings);
}

class Client implements HttpClient {
  readonly #settings: ClientSettings;
  readonly #proxies: Proxies;
  readonly #direct: Route;
  readonly #tunnel: Route;
  #underWay = 0;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    this.#proxies = settings.proxies ?? readProxies(process.env);
    const { publicOnly = false } = settings;
    const connect = { publicOnly, timeoutMs: connectTimeout(settings) };
    this.#direct = this.#open(directConnections(connect));
    this.#tunnel = this.#open(tunnelConnections(this.#proxies, connect));
  }

  async request(request: OutgoingRequest): Promise<Exchange> {
    const limit = request.limit ?? this.#settings.limit ?? LIMIT;
    const raw = await this.#exchange(request, limit);
    if (!raw.answered) {
      return raw;
    }
    const { bytes, ...answer } = raw;
    return { ...answer, text: decodedText(bytes, answer.headers['content-type'] ?? '') };
  }

  fetch: typeof fetch = async (input, init) => {
    const request = requestFrom(input, init);
    const answer = await this.#exchange(request, FETCH_LIMIT);
    if (!answer.answered) {
      throw new OutgoingError(answer);
    }
    const failure = unusable(answer, this.#service(new URL(request.url)), new URL(request.url));
    if (failure !== null) {
      throw new OutgoingError(failure);
    }
    return responseFrom(answer);
  };

  async reach(target: string | URL): Promise<Failure | null> {
    const url = new URL(target);
    const { options, route, ...proxied } = this.#route(url, { url });
    const { protocol, hostname, host, port } = new URL(options.origin);
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    route.connections.connect(
      { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), host, port },
      (error, socket) => {
        socket?.on('error', () => {}).destroy();
        resolve(error);
      },
    );
    const error = await promise;
    return error === null ? null : describeFailure(error, this.#context(url, proxied, false, false));
  }

  async close(): Promise<void> {
    for (const { agent, connections } of [this.#direct, this.#tunnel]) {
      connections.cancel();
      await agent.destroy();
    }
  }

  #open(connections: Connections): Route {
    const agent = new Agent({
      connect: connections.connect,
      connections: this.#settings.connections ?? CONNECTIONS,
      pipelining: this.#settings.keepAlive ? 1 : 0,
      allowH2: false,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: HEADER_LIMIT,
    });
    return { agent, connections };
  }

  async #exchange(request: OutgoingRequest, limit: number): Promise<RawAnswer | Failure> {
    if (!URL.canParse(String(request.url))) {
      const reason = `The address of ${this.#settings.service ?? 'the other side'} is not a URL.`;
      return { answered: false, mayHaveArrived: false, kind: 'invalid request', code: null, reason };
    }
    const url = new URL(request.url);
    const timeoutMs = request.timeoutMs ?? this.#settings.timeoutMs ?? TIMEOUT_MS;
    const { options, route, ...proxied } = this.#route(url, request);
    const { viaProxy } = proxied;
    const allBusy = this.#underWay >= (this.#settings.connections ?? CONNECTIONS);
    this.#underWay += 1;
    const result = await dispatch(route.agent, options, { timeoutMs, limit, signal: request.signal });
    this.#underWay -= 1;
    const context = this.#context(url, proxied, result.started, allBusy);
    if ('error' in result) {
      return describeFailure(result.error, context);
    }
    if (viaProxy !== null && result.status === 407) {
      const reason = refusalOf(viaProxy, 407, context);
      return { answered: false, mayHaveArrived: false, kind: 'proxy', code: '407', reason };
    }
    const { status, headers } = result;
    otherClocks.compare(url, headers);
    const body = await decompressed(result.bytes, headers['content-encoding'] ?? '', limit);
    const proxy = viaProxy === null ? null : `${viaProxy.hostname}:${viaProxy.port} (${viaProxy.variable})`;
    const complete = result.complete && body.complete;
    return { answered: true, status, headers, bytes: body.bytes, complete, proxy };
  }

  /** Directly, through a tunnel, or, for http without a check of addresses, by asking the proxy for the whole URL. */
  #route(url: URL, { method = 'GET', headers = {}, body }: OutgoingRequest) {
    const proxy = this.#proxies(url);
    const options = {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method as Dispatcher.HttpMethod,
      headers: { ...defaultHeaders(url), ...lowerCased(headers) } as Record<string, string>,
      body: body === undefined ? null : Buffer.from(body as string),
    };
    if (proxy === null) {
      return { options, route: this.#direct, viaProxy: null, tunnel: null };
    }
    if (url.protocol === 'https:' || this.#settings.publicOnly) {
      return { options, route: this.#tunnel, viaProxy: null, tunnel: proxy };
    }
    const { authorization, protocol, hostname, port } = proxy;
    const forwarded = {
      ...options,
      origin: `${protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`,
      path: `${url.origin}${options.path}`,
      servername: hostname,
      headers: {
        host: url.host,
        ...options.headers,
        ...(authorization === null ? {} : { 'proxy-authorization': authorization }),
      },
    };
    return { options: forwarded, route: this.#direct, viaProxy: proxy, tunnel: null };
  }

  #service({ host }: URL): string {
    return this.#settings.service ?? host;
  }

  #context(
    url: URL,
    { viaProxy: proxy, tunnel }: { viaProxy: ProxyServer | null; tunnel: ProxyServer | null },
    started: boolean,
    allBusy: boolean,
  ): FailureContext {
    const connectTimeoutMs = connectTimeout(this.#settings);
    return { service: this.#service(url), host: url.host, proxy, tunnel, started, allBusy, connectTimeoutMs };
  }
}

interface Route {
  agent: Agent;
  connections: Connections;
}

type RawAnswer = Omit<Answer, 'text'> & { bytes: Buffer };

/** What keeps an answer from being a `Response`: a redirect, a body that ended early, or a status out of range. */
function unusable(answer: RawAnswer, service: string, url: URL): Failure | null {
  const failure = { answered: false as const, mayHaveArrived: true, code: null };
  const target = redirectTarget(answer, url);
  if (target !== null) {
    const reason = `${service} answered with a redirect to ${target}, which is not followed (${answer.status}).`;
    return { ...failure, mayHaveArrived: false, kind: 'redirect', reason };
  }
  if (answer.status > 599) {
    const reason = `${service} answered with an unknown status (${answer.status}).`;
    return { ...failure, kind: 'invalid response', reason };
  }
  return answer.complete
    ? null
    : { ...failure, kind: 'closed', reason: `The answer of ${service} ended early (${answer.status}).` };
}

function connectTimeout({ timeoutMs = TIMEOUT_MS, connectTimeoutMs }: ClientSettings): number {
  return connectTimeoutMs ?? Math.min(timeoutMs, TIMEOUT_MS);
}

function defaultHeaders(url: URL): Record<string, string> {
  const { username, password } = urlCredentials(url);
  const hasCredentials = username !== '' || password !== '';
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    'user-agent': USER_AGENT,
    'accept-encoding': ACCEPT_ENCODING,
    ...(hasCredentials ? { authorization: `Basic ${basic}` } : {}),
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
