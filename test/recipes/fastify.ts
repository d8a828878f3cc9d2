import { fastify } from 'fastify';
import { verifyWebhook } from '../../shared/verifier.ts';

/** Fastify: a plugin of its own, so that the raw body holds for this route only. */
export function createApp(secret: string | readonly string[], onEvent: (event: unknown) => void) {
  const app = fastify({ logger: true });

  app.register(async (webhooks) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      async (_request: unknown, body: Buffer) => body,
    );

    webhooks.post<{ Body: Buffer }>('/webhooks/intelligems', async (request, reply) => {
      const signature = request.headers['x-intelligems-signature'];
      const verdict = verifyWebhook(request.body, signature?.toString(), secret);
      if (!verdict.ok) {
        request.log.warn(`Webhook refused (${verdict.reason}). ${verdict.hint}`);
        return reply.code(401).send();
      }
      onEvent(JSON.parse(new TextDecoder().decode(request.body)));
      return reply.code(200).send();
    });
  });
  return app;
}
