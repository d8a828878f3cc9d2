import express, { type Request } from 'express';
import { verifyWebhook } from '../../shared/verifier.ts';

/** Express, where `express.json()` comes first for all routes: its `verify` hook keeps the raw bytes. */
export function createApp(secret: string | readonly string[], onEvent: (event: unknown) => void) {
  const app = express();
  const rawBodies = new WeakMap<object, Uint8Array>();

  app.use(
    express.json({ limit: '1mb', verify: (request, _response, bytes) => rawBodies.set(request, bytes) }),
  );

  app.post('/webhooks/intelligems', (request: Request, response) => {
    // Missing if the hook was not called, as for another content type: the verdict is then `body-not-raw`.
    const rawBody = rawBodies.get(request)!;
    const verdict = verifyWebhook(rawBody, request.get('x-intelligems-signature'), secret);
    if (!verdict.ok) {
      console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
      response.sendStatus(401);
      return;
    }
    onEvent(request.body);
    response.sendStatus(200);
  });
  return app;
}
