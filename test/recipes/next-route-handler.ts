import { verifyWebhook } from '../../shared/verifier-web.ts';
import { onEvent } from './on-event.ts';

/** Next.js, as app/webhooks/intelligems/route.ts, in the Node and in the edge runtime. */
export async function POST(request: Request): Promise<Response> {
  const secret = process.env.INTELLIGEMS_WEBHOOK_SECRET ?? '';
  const body = new Uint8Array(await request.arrayBuffer());
  const verdict = await verifyWebhook(body, request.headers.get('x-intelligems-signature'), secret);
  if (!verdict.ok) {
    console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
    return new Response(null, { status: 401 });
  }
  onEvent(JSON.parse(new TextDecoder().decode(body)));
  return new Response(null, { status: 200 });
}
