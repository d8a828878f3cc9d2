import type { Request, Response } from 'express';
import type { WebhookObserver } from '../../inbound/webhook.ts';

/** Changes that come close together are told together, after so many milliseconds. */
const GATHER_MS = 300;

/** Pages look again at least this often, so that what they say of time stays true. */
const TICK_MS = 15_000;

/** So many pages may listen at once. */
const LISTENERS = 100;

/** Tells open pages that something changed, by server-sent events. */
export class Live {
  readonly #listeners = new Set<Response>();
  #gathering: NodeJS.Timeout | null = null;
  #ticking: NodeJS.Timeout | null = null;

  /** Something changed; costs nothing while nobody listens. */
  changed(): void {
    if (this.#listeners.size === 0 || this.#gathering !== null) {
      return;
    }
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      this.#tell();
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
    this.#ticking ??= setInterval(() => this.#tell(), TICK_MS);
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

  #tell(): void {
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

/** The same observer, which also tells open pages. */
export function liveWebhooks(observer: WebhookObserver, live: Live): WebhookObserver {
  return {
    accepted(source, known) {
      observer.accepted(source, known);
      live.changed();
    },
    duplicate: (source) => observer.duplicate(source),
    refused(source, reason) {
      observer.refused(source, reason);
      live.changed();
    },
  };
}
