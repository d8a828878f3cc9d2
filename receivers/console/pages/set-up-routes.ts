import { Router } from 'express';
import { fieldOf } from './form.ts';
import { lastWebhook } from './last-webhook.ts';
import { setUpPage } from './set-up.ts';
import { baseUrl, type PageServices, show } from './show.ts';

export function setUpRoutes(services: PageServices): Router {
  const { operations } = services;
  const router = Router();

  router.get('/set-up', (request, response) =>
    show(services, request, response, async (context) => {
      const [facts, checks, webhook, [refusal]] = await Promise.all([
        operations.setUp(),
        operations.checks(),
        lastWebhook(operations),
        operations.refused(),
      ]);
      return setUpPage(
        {
          ...facts,
          baseUrl: baseUrl(services, request),
          checks,
          lastWebhook: webhook,
          refusal: refusal !== undefined && refusal.at > (webhook?.receivedAt ?? 0) ? refusal : null,
        },
        context,
      );
    }),
  );

  router.post('/test', async (request, response) => {
    const key = await operations.sendTest(fieldOf(request.body, 'source'), null);
    response.redirect(303, `/console/events/${key}?done=test`);
  });
  router.post('/destinations/:name/test', async (request, response) => {
    const key = await operations.sendTest(null, request.params.name);
    response.redirect(303, `/console/events/${key}?done=test`);
  });
  router.post('/destinations/:name/check', async (request, response) => {
    await operations.check(request.params.name);
    response.redirect(303, '/console/set-up?done=checked#destinations');
  });
  router.post('/destinations/:name/resume', async (request, response) => {
    await operations.resume(request.params.name);
    response.redirect(303, '/console/set-up?done=resumed#destinations');
  });
  return router;
}
