import express, { type Express, type Request, type Response, type Router } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { sendProblem } from '../base/problem.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Metrics } from './metrics.ts';

export interface AppServices {
  ledger: Pick<Ledger, 'probe'>;
  /** What people look at; see receivers/console/console.ts. */
  console: Router;
  /** What the Zapier app calls; absent where it is switched off. */
  zapier?: Router;
  metrics: Metrics;
  log: Logger;
}

/** The receiver's web application: all but the webhook route itself, which receivers/server/listener.ts serves. */
export function createApp({ ledger, console, zapier, metrics, log }: AppServices): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.all(['/webhooks/intelligems', '/webhooks/intelligems/:source'], (_request, response) => {
    sendProblem(
      response,
      {
        status: 405,
        title: 'Only POST',
        detail:
          'This is the address for Intelligems to post webhooks to. Paste it there under Settings, Webhooks; to try it, run: npm run send -- start',
      },
      { allow: 'POST' },
    );
  });

  app.use(helmet());
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'alive' });
  });
  app.get('/readyz', async (_request, response) => {
    try {
      await ledger.probe();
      response.json({ status: 'ready' });
    } catch (error) {
      log.error({ err: error }, 'not ready: the storage refuses to write');
      sendProblem(response, {
        status: 503,
        title: 'Not ready',
        detail: 'The storage refuses to write. The log names the cause.',
      });
    }
  });
  app.get('/metrics', async (_request, response) => {
    const { contentType, text } = await metrics.render();
    response.setHeader('content-type', contentType);
    response.end(text);
  });
  app.use('/console', console);
  app.get('/', (_request, response) => response.redirect(302, '/console'));
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
  app.use((error: Error & { status?: number }, _request: Request, response: Response, _next: unknown) => {
    const { status = 500 } = error;
    if (status >= 500) {
      log.error({ err: error }, 'a request broke');
    }
    if (response.headersSent) {
      response.socket?.destroy();
      return;
    }
    const detail =
      status < 500
        ? 'The request cannot be read as it stands.'
        : 'A fault in this receiver; its log has the details.';
    sendProblem(response, { status, title: status < 500 ? 'Bad request' : 'Internal error', detail });
  });
  return app;
}
