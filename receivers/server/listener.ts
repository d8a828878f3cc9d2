import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { sendProblem } from '../base/problem.ts';
import { DEFAULT_SOURCE } from '../contract/source.ts';
import type { createWebhook } from '../inbound/webhook.ts';

/** A request line may have the origin too (RFC 9112, section 3.2.2), and a query. */
const WEBHOOK_PATH = /^(?:https?:\/\/[^/?#]*)?\/webhooks\/intelligems(?:\/([^/?#]+))?\/?(?:\?.*)?$/i;

/** RFC 9112, section 3.2. */
const NO_HOST = {
  status: 400,
  title: 'No Host header',
  detail: 'An HTTP/1.1 request needs a Host header. Check the client.',
};

/**
 * Serves the webhook route itself and passes everything else to Express, whose routing would take a fifth of a
 * webhook's time (test/bench/accept.ts).
 */
export function createListener(
  webhook: ReturnType<typeof createWebhook>,
  app: Express,
  log: Logger,
): RequestListener {
  return (request, response) => {
    if (request.headers.host === undefined && request.httpVersionMinor > 0) {
      request.resume();
      sendProblem(response, NO_HOST, { connection: 'close' });
      log.warn({ status: NO_HOST.status }, 'refused a request: no Host header');
      return;
    }
    const matched = request.method === 'POST' ? WEBHOOK_PATH.exec(request.url ?? '') : null;
    if (matched === null) {
      app(request, response);
    } else {
      webhook(request, response, sourceOf(matched[1])).catch((error) =>
        failed(error, request, response, log),
      );
    }
  };
}

function sourceOf(segment: string | undefined): string {
  if (segment === undefined) {
    return DEFAULT_SOURCE;
  }
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function failed(error: unknown, request: IncomingMessage, response: ServerResponse, log: Logger): void {
  log.error({ err: error }, 'a webhook failed; answered 503, so that it is sent again');
  if (response.headersSent) {
    request.socket.destroy();
  } else {
    const detail =
      'This is a bug in the receiver. Its log has the details. Send the same request again later.';
    sendProblem(response, { status: 503, title: 'The event was not stored', detail });
  }
}
