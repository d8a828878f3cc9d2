import type { IncomingMessage, ServerResponse } from 'node:http';

/** The options of {@link CreateReceiver}. */
export interface ReceiverOptions {
  /** Environment variables. Default: `process.env`. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** Where receivers.yaml is looked for. Default: the current folder. */
  folder?: string;
  /** Where log lines go, each one JSON. Default: standard output. */
  log?: { write(line: string): unknown };
}

/** A receiver inside an application of your own. */
export interface EmbeddedReceiver {
  /**
   * Middleware for Express 4 and 5. Passes on everything that is not for the receiver. Mount it before a body parser,
   * since a signature covers the body's bytes.
   */
  router(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** The webhook secret that was made at this start; null if there was one. */
  newSecret: string | null;
  /** The console token that was made at this start; null if there was one. */
  newConsoleToken: string | null;
  /** Takes no more requests, finishes work in progress within ten seconds, and closes the ledger. */
  stop(): Promise<void>;
}

/**
 * Starts a receiver for an Express application of your own, with the same settings, ledger and promises as one that
 * runs by itself. HOST and PORT have no effect. Rejects with an error whose message names every wrong setting; nothing
 * stays open then.
 *
 * @example
 * const receiver = await createReceiver();
 * app.use('/hooks', receiver.router); // POST /hooks/webhooks/intelligems, and the console at /hooks/console
 * process.once('SIGTERM', () => receiver.stop());
 */
export type CreateReceiver = (options?: ReceiverOptions) => Promise<EmbeddedReceiver>;
