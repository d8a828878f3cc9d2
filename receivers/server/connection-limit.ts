import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** How many requests of one connection are handled at the same time. */
const IN_PROGRESS = 4;

/** How many pipelined requests of a connection may wait. No common client sends more than one ahead. */
const WAITING_PER_CONNECTION = 200;

/** How many may wait on all connections together. Each takes a few kilobytes. */
const WAITING = 10_000;

/**
 * How long pipelined requests are started in one turn of the event loop, in milliseconds. Everything else, such as a
 * webhook on another connection, waits at most this long in each turn.
 */
const BUDGET_MS = 2;

interface Connection {
  inProgress: number;
  /** The turn of the event loop in which it last started a request. */
  turn: number;
  waiting: { request: IncomingMessage; response: ServerResponse }[];
}

/**
 * Bounds the work of a connection. Node hands over every pipelined request at once, before any is answered, so one
 * connection could start hundreds of thousands. Here a connection starts one request in each turn of the event loop
 * (also if its answers are ready at once), a few are in progress and some wait. A connection with more is closed.
 */
export class ConnectionLimit {
  readonly #connections = new WeakMap<Duplex, Connection>();
  readonly #handle: RequestListener;
  /** Connections that may start their next request, the one that waited longest first. */
  readonly #ready = new Set<Connection>();
  #waiting = 0;
  #turn = 0;
  #scheduled = false;

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
    const { inProgress, turn, waiting } = connection;
    if (inProgress < IN_PROGRESS && waiting.length === 0 && turn !== this.#turn) {
      this.#start(request, response, connection);
    } else if (waiting.length < WAITING_PER_CONNECTION && this.#waiting < WAITING) {
      waiting.push({ request, response });
      this.#waiting += 1;
      this.#offer(connection);
    } else {
      socket.destroy();
    }
  };

  /** Whether a request of the connection has not been answered yet. */
  isBusy(socket: Duplex): boolean {
    const connection = this.#connections.get(socket);
    return connection !== undefined && connection.inProgress + connection.waiting.length > 0;
  }

  #of(socket: Duplex): Connection {
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      const created: Connection = { inProgress: 0, turn: -1, waiting: [] };
      this.#connections.set(socket, created);
      socket.once('close', () => {
        this.#waiting -= created.waiting.length;
        created.waiting.length = 0;
        this.#ready.delete(created);
      });
      connection = created;
    }
    return connection;
  }

  #start(request: IncomingMessage, response: ServerResponse, connection: Connection): void {
    connection.inProgress += 1;
    connection.turn = this.#turn;
    this.#schedule();
    response.once('close', () => {
      connection.inProgress -= 1;
      this.#offer(connection);
    });
    this.#handle(request, response);
  }

  #offer(connection: Connection): void {
    if (connection.waiting.length > 0 && connection.inProgress < IN_PROGRESS) {
      this.#ready.add(connection);
      this.#schedule();
    }
  }

  #schedule(): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#nextTurn());
    }
  }

  #nextTurn(): void {
    this.#scheduled = false;
    this.#turn += 1;
    const until = performance.now() + BUDGET_MS;
    for (const connection of [...this.#ready]) {
      if (performance.now() > until) {
        this.#schedule();
        return;
      }
      this.#ready.delete(connection);
      const next = connection.waiting.shift();
      if (next !== undefined) {
        this.#waiting -= 1;
        this.#start(next.request, next.response, connection);
        this.#offer(connection);
      }
    }
  }
}
