import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { assertPublicLiteral, publicAddressOf, publicLookup } from './addresses.ts';
import { USER_AGENT } from './product.ts';
import type { Proxies, ProxyServer } from './proxies.ts';

/** A connection did not come about, so nothing was sent over it. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  /** The proxy that failed or refused; null if the other side itself could not be reached. */
  readonly proxy: ProxyServer | null;
  /** The status with which the proxy refused; null if it did not answer. */
  readonly proxyStatus: number | null;

  constructor(cause: Error, proxy: ProxyServer | null = null, proxyStatus: number | null = null) {
    super(cause.message, { cause });
    this.proxy = proxy;
    this.proxyStatus = proxyStatus;
  }
}

export interface ConnectOptions {
  /** Whether addresses that are not on the public internet are refused. */
  publicOnly: boolean;
  /** How long a connection may take, TLS included, milliseconds. */
  timeoutMs: number;
}

type Connector = buildConnector.connector;

/**
 * Opens connections to the other side itself. Its errors are all {@link ConnectError}: undici keeps a request queued
 * and connects again for some of the original ones.
 */
export function directConnector({ publicOnly, timeoutMs }: ConnectOptions): Connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    ...(publicOnly ? { lookup: publicLookup } : {}),
  } as buildConnector.BuildOptions);
  return (options, callback) => {
    try {
      if (publicOnly && options.httpSocket === undefined) {
        assertPublicLiteral(options.hostname);
      }
      connect(options, wrapped(callback));
    } catch (error) {
      callback(new ConnectError(error as Error), null);
    }
  };
}

/**
 * Opens connections through a proxy by CONNECT. If only public addresses are allowed, the name is resolved here and
 * the proxy gets the address that was checked, so that no second resolution can lead elsewhere.
 */
export function tunnelConnector(proxies: Proxies, options: ConnectOptions): Connector {
  const overTunnel = directConnector(options);
  return (target, callback) => {
    openTunnel(proxies, target, options).then(
      (socket) =>
        target.protocol === 'https:'
          ? overTunnel({ ...target, httpSocket: socket }, callback)
          : callback(null, socket),
      (error: ConnectError) => callback(error, null),
    );
  };
}

async function openTunnel(
  proxies: Proxies,
  { protocol, hostname, port }: buildConnector.Options,
  { publicOnly, timeoutMs }: ConnectOptions,
): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const bracketed = isIP(host) === 6 ? `[${host}]` : host;
  const proxy = proxies(new URL(`${protocol}//${bracketed}${port === '' ? '' : `:${port}`}`));
  if (proxy === null) {
    throw new ConnectError(new Error('no proxy for this address'));
  }
  try {
    const address = publicOnly ? await publicAddressOf(host) : host;
    const authority = `${isIP(address) === 6 ? `[${address}]` : address}:${port || (protocol === 'https:' ? 443 : 80)}`;
    return await askForTunnel(proxy, authority, timeoutMs);
  } catch (error) {
    throw error instanceof ConnectError ? error : new ConnectError(error as Error);
  }
}

/** Asks a proxy for a tunnel (RFC 9110, section 9.3.6). */
function askForTunnel(proxy: ProxyServer, authority: string, timeoutMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const options: RequestOptions = {
    host: proxy.hostname,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    headers: {
      host: authority,
      'user-agent': USER_AGENT,
      ...(proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization }),
    },
  };
  const request = proxy.protocol === 'https:' ? httpsRequest(options) : httpRequest(options);
  const timer = setTimeout(
    () => request.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
    timeoutMs,
  );
  request.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
    if (statusCode >= 200 && statusCode < 300) {
      socket.unshift(head);
      resolve(socket);
    } else {
      socket.on('error', () => {}).destroy();
      reject(new ConnectError(new Error('the proxy refused'), proxy, statusCode));
    }
  });
  request.on('error', (error) => reject(new ConnectError(error, proxy)));
  request.end();
  return promise.finally(() => clearTimeout(timer));
}

function wrapped(callback: buildConnector.Callback): buildConnector.Callback {
  return (error, socket) =>
    error === null
      ? callback(null, socket as Socket)
      : callback(error instanceof ConnectError ? error : new ConnectError(error), null);
}
