import type { Request, Response } from 'express';

/** Changes within this many milliseconds are announced together. */
const GATHER_MS = 300;

/** Pages reload at least this often, in milliseconds, so that “5 min ago” stays true. */
const TICK_MS = 15_000;

/** Pages that may listen at the same time. */
const LISTENERS = 100;

/** Announces changes to open pages, by server-sent events. */
export class Live {
  readonly #listeners = new Set<Response>();
  #gathering: NodeJS.Timeout | null = null;
  #ticking: NodeJS.Timeout | null = null;

  /** Call it when something has changed. It costs nothing while nobody listens. */
  changed(): void {
    if (this.#listeners.size === 0 || this.#gathering !== null) {
      return;
    }
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      this.#announce();
    }, GATHER_MS);
  }

  /** Answers with the stream. */
  listen(request: Request, response: Response): void {
    if (this.#listeners.size >= LISTENERS) {
      response.status(503).setHeader('retry-after', '30').end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 3000\n\n');
    this.#listeners.add(response);
    this.#ticking ??= setInterval(() => this.#announce(), TICK_MS);
    request.on('close', () => {
      this.#listeners.delete(response);
      if (this.#listeners.size === 0) {
        this.#rest();
      }
    });
  }

  /** Ends all streams. */
  close(): void {
    this.#rest();
    for (const response of this.#listeners) {
      response.end();
    }
    this.#listeners.clear();
  }

  #announce(): void {
    for (const response of this.#listeners) {
      response.write('event: changed\ndata: {}\n\n');
    }
  }

  #rest(): void {
    clearInterval(this.#ticking ?? undefined);
    clearTimeout(this.#gathering ?? undefined);
    this.#ticking = null;
    this.#gathering = null;
  }
}
