import express from 'express';
import { verifyWebhook } from '../../shared/verifier.ts';

/** Express, with the route in front of `express.json()`: the route keeps the raw bytes for itself. */
export function createApp(secret: string | readonly string[], onEvent: (event: unknown) => void) {
  const app = express();

  app.post('/webhooks/intelligems', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
    const verdict = verifyWebhook(request.body, request.get('x-intelligems-signature'), secret);
    if (!verdict.ok) {
      console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
      response.sendStatus(401);
      return;
    }
    onEvent(JSON.parse(new TextDecoder().decode(request.body)));
    response.sendStatus(200);
  });

  app.use(express.json());
  return app;
}
