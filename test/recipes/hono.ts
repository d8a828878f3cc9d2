import { Hono } from 'hono';
import { verifyWebhook } from '../../shared/verifier-web.ts';

/** Hono, on any runtime: the bytes, not `c.req.json()`. */
export function createApp(secret: string | readonly string[], onEvent: (event: unknown) => void) {
  return new Hono().post('/webhooks/intelligems', async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const verdict = await verifyWebhook(body, c.req.header('x-intelligems-signature'), secret);
    if (!verdict.ok) {
      console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
      return c.body(null, 401);
    }
    onEvent(JSON.parse(new TextDecoder().decode(body)));
    return c.body(null, 200);
  });
}
