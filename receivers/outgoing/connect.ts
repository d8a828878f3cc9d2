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

/** Opens connections, and can end those that have not come about yet: undici waits for them until their time is up. */
export interface Connections {
  connect: Connector;
  /** Ends the connections that are being made. */
  cancel(): void;
}

/**
 * Opens connections to the other side itself. Its errors are all {@link ConnectError}: undici keeps a request queued
 * and connects again for some of the original ones.
 */
export function directConnections({ publicOnly, timeoutMs }: ConnectOptions): Connections {
  const pending = new Set<Socket>();
  // The connector gives its socket, which undici's types leave out.
  const open = buildConnector({
    timeout: timeoutMs,
    allowH2: false,
    ...(publicOnly ? { lookup: publicLookup } : {}),
  } as buildConnector.BuildOptions) as unknown as (...given: Parameters<Connector>) => Socket;
  return {
    connect: (options, callback) => {
      try {
        if (publicOnly && options.httpSocket === undefined) {
          assertPublicLiteral(options.hostname);
        }
        const socket = open(options, (error, opened) => {
          pending.delete(socket);
          if (error === null) {
            callback(null, withoutContinue(opened as Socket));
          } else {
            callback(error instanceof ConnectError ? error : new ConnectError(error), null);
          }
        });
        pending.add(socket);
      } catch (error) {
        callback(new ConnectError(error as Error), null);
      }
    },
    cancel: () => {
      for (const socket of pending) {
        socket.destroy(new Error('the client was closed'));
      }
    },
  };
}

/**
 * Lets an unasked 100 (Continue) pass, which some servers send before every answer: a client must be able to read it
 * (RFC 9110, section 15.2), but undici closes the connection. It ignores a 102 (Processing), so that is what it gets.
 */
function withoutContinue(socket: Socket): Socket {
  const read = socket.read.bind(socket);
  socket.read = (size?: number) => {
    const chunk = read(size);
    let start = 0;
    while (Buffer.isBuffer(chunk) && INFORMATIONAL.test(chunk.toString('latin1', start, start + 13))) {
      const isContinue = chunk.toString('latin1', start + 9, start + 12) === '100';
      chunk.write(isContinue ? '102' : '', start + 9, 'latin1');
      const end = chunk.indexOf('\r\n\r\n', start);
      start = end === -1 ? chunk.length : end + 4;
    }
    return chunk;
  };
  return socket;
}

const INFORMATIONAL = /^HTTP\/1\.[01] 1\d\d[ \r]/;

/**
 * Opens connections through a proxy by CONNECT. If only public addresses are allowed, the name is resolved here and
 * the proxy gets the address that was checked, so that no second resolution can lead elsewhere.
 */
export function tunnelConnections(proxies: Proxies, options: ConnectOptions): Connections {
  const overTunnel = directConnections(options);
  const closing = new AbortController();
  return {
    connect: (target, callback) => {
      openTunnel(proxies, target, options, closing.signal).then(
        (socket) =>
          target.protocol === 'https:'
            ? overTunnel.connect({ ...target, httpSocket: socket }, callback)
            : callback(null, withoutContinue(socket)),
        (error: ConnectError) => callback(error, null),
      );
    },
    cancel: () => {
      closing.abort();
      overTunnel.cancel();
    },
  };
}

async function openTunnel(
  proxies: Proxies,
  { protocol, hostname, port }: buildConnector.Options,
  { publicOnly, timeoutMs }: ConnectOptions,
  closing: AbortSignal,
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
    return await askForTunnel(proxy, authority, timeoutMs, closing);
  } catch (error) {
    throw error instanceof ConnectError ? error : new ConnectError(error as Error);
  }
}

/** Asks a proxy for a tunnel (RFC 9110, section 9.3.6). */
function askForTunnel(
  proxy: ProxyServer,
  authority: string,
  timeoutMs: number,
  closing: AbortSignal,
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const options: RequestOptions = {
    host: proxy.hostname,
    port: proxy.port,
    method: 'CONNECT',
    path: authority,
    agent: false,
    signal: closing,
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
