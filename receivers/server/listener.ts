import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { sendProblem } from '../base/problem.ts';
import { DEFAULT_SOURCE } from '../contract/source.ts';
import type { createWebhook } from '../inbound/webhook.ts';

/** As the request line may name it: with the origin too (RFC 9112, section 3.2.2), and with a query. */
const WEBHOOK_PATH = /^(?:https?:\/\/[^/?#]*)?\/webhooks\/intelligems(?:\/([^/?#]+))?\/?(?:\?.*)?$/i;

/**
 * Serves the webhook route by itself and everything else by Express: on its way through Express a webhook
 * would spend a fifth of its time in routing (test/bench/accept.ts).
 */
export function createListener(
  webhook: ReturnType<typeof createWebhook>,
  app: Express,
  log: Logger,
): RequestListener {
  return (request, response) => {
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
  log.error({ err: error }, 'a webhook broke; answered 503, so that it comes again');
  if (response.headersSent) {
    request.socket.destroy();
  } else {
    const detail = 'A fault in this receiver; its log has the details. Send the same request again later.';
    sendProblem(response, { status: 503, title: 'The event could not be kept', detail });
  }
}
