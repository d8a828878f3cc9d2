import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many requests of one connection are handled at the same time. */
const IN_PROGRESS = 4;

/** How many pipelined requests of a connection may wait. No common client sends more than one ahead. */
const WAITING_PER_CONNECTION = 200;

/** How many may wait on all connections together. Each takes a few kilobytes. */
const WAITING = 10_000;

interface Connection {
  inProgress: number;
  waiting: { request: IncomingMessage; response: ServerResponse }[];
}

/**
 * Bounds the work of a connection. Node hands over every pipelined request at once, before any is answered, so one
 * connection could start hundreds of thousands. Here a few run and some wait; a connection with more is closed.
 */
export class ConnectionLimit {
  readonly #connections = new WeakMap<Duplex, Connection>();
  readonly #handle: RequestListener;
  #waiting = 0;

  constructor(handle: RequestListener) {
    this.#handle = handle;
  }

  /** For `createServer`. */
  readonly listener: RequestListener = (request, response) => {
    const { socket } = request;
    if (socket.destroyed) {
      return;
    }
    const connection = this.#of(socket);
    if (connection.inProgress < IN_PROGRESS) {
      this.#start(request, response, connection);
    } else if (connection.waiting.length < WAITING_PER_CONNECTION && this.#waiting < WAITING) {
      connection.waiting.push({ request, response });
      this.#waiting += 1;
    } else {
      socket.destroy();
    }
  };

  /** Whether a request of the connection has not been answered yet. */
  isBusy(socket: Duplex): boolean {
    return (this.#connections.get(socket)?.inProgress ?? 0) > 0;
  }

  #of(socket: Duplex): Connection {
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      connection = { inProgress: 0, waiting: [] };
      this.#connections.set(socket, connection);
      const { waiting } = connection;
      socket.once('close', () => {
        this.#waiting -= waiting.length;
        waiting.length = 0;
      });
    }
    return connection;
  }

  #start(request: IncomingMessage, response: ServerResponse, connection: Connection): void {
    connection.inProgress += 1;
    response.once('close', () => {
      connection.inProgress -= 1;
      const next = request.socket.destroyed ? undefined : connection.waiting.shift();
      if (next !== undefined) {
        this.#waiting -= 1;
        this.#start(next.request, next.response, connection);
      }
    });
    this.#handle(request, response);
  }
}
