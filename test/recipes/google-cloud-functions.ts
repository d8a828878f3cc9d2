import type { Request, Response } from 'express';
import { verifyWebhook } from '../../shared/verifier.ts';
import { onEvent } from './on-event.ts';

/** Google Cloud Functions, for `http('intelligems', intelligems)`: the framework parses, and keeps `rawBody` too. */
export function intelligems(request: Request & { rawBody?: Buffer }, response: Response): void {
  const secret = process.env.INTELLIGEMS_WEBHOOK_SECRET ?? '';
  const body = request.rawBody!; // if it is missing, the verdict is `body-not-raw`
  const verdict = verifyWebhook(body, request.get('x-intelligems-signature'), secret);
  if (!verdict.ok) {
    console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
    response.sendStatus(401);
    return;
  }
  onEvent(JSON.parse(new TextDecoder().decode(body)));
  response.sendStatus(200);
}
