import { verifyWebhook } from '../../shared/verifier-web.ts';
import { onEvent } from './on-event.ts';

/** Plain `Request` and `Response`: Cloudflare Workers; with other ways to pass the secret, Deno, Bun, Vercel, Netlify. */
export default {
  async fetch(request: Request, env: { INTELLIGEMS_WEBHOOK_SECRET: string }): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    const signature = request.headers.get('x-intelligems-signature');
    const verdict = await verifyWebhook(body, signature, env.INTELLIGEMS_WEBHOOK_SECRET);
    if (!verdict.ok) {
      console.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
      return new Response(null, { status: 401 });
    }
    onEvent(JSON.parse(new TextDecoder().decode(body)));
    return new Response(null, { status: 200 });
  },
};
