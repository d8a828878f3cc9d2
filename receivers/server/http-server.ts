import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Logger } from 'pino';
import type { Configuration } from '../config/configuration.ts';
import { ConnectionLimit } from './connection-limit.ts';
import { answerUnreadable } from './unreadable-requests.ts';

/** An HTTP server that listens, and the two steps of its end. */
export interface HttpServer {
  server: Server;
  /** Takes no more connections, and closes those that are idle. */
  refuseNew(): void;
  /** Closes what is left, and resolves when the port is free. */
  close(): Promise<void>;
}

/** Opens the port. Rejects with Node's error if it cannot listen there. */
export async function openHttpServer(
  listen: Configuration['server'],
  handle: RequestListener,
  log: Logger,
): Promise<HttpServer> {
  const { headersTimeoutMs: headersTimeout, requestTimeoutMs: requestTimeout } = listen;
  const limit = new ConnectionLimit(handle);
  const server = createServer(
    {
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval: Math.min(headersTimeout / 2, 5_000),
      // Answered in the listener instead, with a problem document.
      requireHostHeader: false,
    },
    limit.listener,
  );
  server.maxConnections = listen.maxConnections;
  answerUnreadable(server, (socket) => limit.isBusy(socket), log);
  server.listen(listen.port, listen.host);
  await once(server, 'listening');
  let closed: Promise<unknown> | null = null;
  const refuseNew = (): void => {
    closed ??= new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
  };
  return {
    server,
    refuseNew,
    async close() {
      refuseNew();
      server.closeAllConnections();
      await closed;
    },
  };
}
