import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { howToRun } from '../base/how-to-run.ts';
import { sendProblem } from '../base/problem.ts';
import { sameSecret } from '../base/same-secret.ts';
import type { SecretMask } from '../base/secret-mask.ts';
import { escapeSteering } from '../base/visible-text.ts';
import type { Ledger } from '../contract/ledger.ts';
import { warningsOf } from '../operations/warnings.ts';
import type { Metrics } from './metrics.ts';

export interface AppServices {
  ledger: Pick<Ledger, 'probe' | 'warnings' | 'clockDifference'>;
  /** What a person should know of what is connected, in sentences. */
  connectionWarnings(): string[];
  /** The pages and API for people; see receivers/console. */
  console: Router;
  /** Takes presses of the buttons in Slack; without it, there are none. */
  presses?: RequestHandler;
  /** What the Zapier app calls; without it, it is off. */
  zapier?: Router;
  metrics: Metrics;
  /** What a scrape of the metrics has to present; null if anyone may read them. */
  metricsToken: string | null;
  mask: SecretMask;
  log: Logger;
}

/** The receiver's web application, except for the webhook route itself, which listener.ts serves. */
export function createApp(services: AppServices): Express {
  const { console, presses, zapier, log } = services;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.all(['/webhooks/intelligems', '/webhooks/intelligems/:source'], (_request, response) => {
    sendProblem(
      response,
      {
        status: 405,
        title: 'Only POST',
        detail: `Intelligems posts webhooks to this address. Paste it in Intelligems under Settings > Webhooks (or Settings > Integrations). To try it, run: ${howToRun('send', 'start')}`,
      },
      { allow: 'POST' },
    );
  });

  app.use(helmet());
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  app.get('/readyz', readiness(services));
  app.get('/metrics', scrape(services));
  app.use('/console', withoutSecrets(services.mask), console);
  app.get('/', (_request, response) => response.redirect(302, '/console'));
  if (presses !== undefined) {
    app.post('/slack/actions', presses);
  }
  if (zapier !== undefined) {
    app.use('/zapier', zapier);
  }
  app.use((_request, response) => {
    sendProblem(response, {
      status: 404,
      title: 'Nothing here',
      detail: 'Webhooks go to POST /webhooks/intelligems.',
    });
  });
  app.use(failed(log));
  return app;
}

/** Probes at the same time share one write. */
function readiness({ ledger, connectionWarnings, mask, log }: AppServices): RequestHandler {
  let probing: Promise<void> | null = null;
  return async (_request, response) => {
    probing ??= ledger.probe().finally(() => {
      probing = null;
    });
    try {
      await probing;
      const warnings = [
        ...(await warningsOf(ledger)),
        ...connectionWarnings().map((each) => mask.hide(each)),
      ];
      response.json({ status: 'ready', ...(warnings.length > 0 && { warnings }) });
    } catch (error) {
      log.error({ err: error }, 'not ready: the storage cannot be written');
      const detail = 'The storage cannot be written. The log has the cause.';
      sendProblem(response, { status: 503, title: 'Not ready', detail });
    }
  };
}

function scrape({ metrics, metricsToken }: AppServices): RequestHandler {
  return async (request, response) => {
    const given = /^Bearer +(.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
    if (metricsToken !== null && (given === undefined || !sameSecret(given, metricsToken))) {
      const detail = 'Send the header Authorization: Bearer with the METRICS_TOKEN of this receiver.';
      sendProblem(response, { status: 401, title: 'Unauthorized', detail }, { 'www-authenticate': 'Bearer' });
      return;
    }
    const { contentType, text } = await metrics.render();
    response.setHeader('content-type', contentType);
    response.end(text);
  };
}

/**
 * Masks secrets in everything that people read, whatever page or call shows it, and escapes in JSON what would change
 * a terminal.
 */
function withoutSecrets(mask: SecretMask): RequestHandler {
  return (_request, response, next) => {
    const send = response.send.bind(response);
    response.send = (body) => {
      if (typeof body !== 'string') {
        return send(body);
      }
      const hidden = hideExcept(response.locals.shownOnce, body, mask);
      return send(/json/.test(String(response.get('content-type'))) ? escapeSteering(hidden) : hidden);
    };
    const write = response.write.bind(response) as (chunk: unknown, ...rest: unknown[]) => boolean;
    response.write = (chunk: unknown, ...rest: unknown[]) =>
      write(typeof chunk === 'string' ? mask.hide(chunk) : chunk, ...rest);
    next();
  };
}

/** Hides every secret but one, which its response shows this once. */
function hideExcept(shown: unknown, body: string, mask: SecretMask): string {
  if (typeof shown !== 'string' || shown === '') {
    return mask.hide(body);
  }
  const stand = `shown-${randomUUID()}`;
  return mask.hide(body.replaceAll(shown, stand)).replaceAll(stand, shown);
}

function failed(log: Logger): ErrorRequestHandler {
  return (error: Error & { status?: number }, _request, response, _next) => {
    const { status = 500 } = error;
    if (status >= 500) {
      log.error({ err: error }, 'a request failed');
    }
    if (response.headersSent) {
      response.socket?.destroy();
      return;
    }
    const [title, detail] =
      status < 500
        ? ['Bad request', 'The request cannot be read.']
        : ['Internal error', 'This is a bug in the receiver. Its log has the details.'];
    sendProblem(response, { status, title, detail });
  };
}
