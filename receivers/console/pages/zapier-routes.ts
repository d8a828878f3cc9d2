import { type Request, type Response, Router } from 'express';
import { fieldOf } from './form.ts';
import { sendProblemPage } from './problem-page.ts';
import { type PageServices, show } from './show.ts';
import { type ZapierFacts, zapierPage } from './zapier.ts';

export function zapierRoutes(services: PageServices): Router {
  const { operations, zapier } = services;
  const router = Router();

  const showZapier = (request: Request, response: Response, made: ZapierFacts['made']) =>
    show(services, request, response, async (context) => {
      const [{ sources }, keys, zaps] = await Promise.all([operations.setUp(), zapier.keys(), zapier.zaps()]);
      return zapierPage({ sources, keys, zaps, made }, context);
    });

  router.get('/zapier', (request, response) => showZapier(request, response, null));
  router.post('/zapier/keys', async (request, response) => {
    const source = fieldOf(request.body, 'source') ?? '';
    const made = await zapier.makeKey(source, (fieldOf(request.body, 'name') ?? '').slice(0, 100));
    if (made === null) {
      sendProblemPage(response, 400, 'Unknown source', 'Choose one of the sources of the settings.');
      return;
    }
    await showZapier(request, response, { key: made.key, source });
  });
  router.post('/zapier/keys/:id/revoke', async (request, response) => {
    await zapier.revokeKey(request.params.id);
    response.redirect(303, '/console/zapier?done=key-revoked');
  });
  router.post('/zapier/zaps/:id/end', async (request, response) => {
    await zapier.endZap(request.params.id);
    response.redirect(303, '/console/zapier?done=zap-ended');
  });
  return router;
}
