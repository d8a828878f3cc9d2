import { Router } from 'express';
import { connectionRoutes } from './connections/routes.ts';
import { deadLetterRoutes } from './dead-letters-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { eventListRoutes } from './events-routes.ts';
import { experienceRoutes } from './experiences-routes.ts';
import { readForm } from './form.ts';
import { requireEditor, requireOwnForm } from './guards.ts';
import { lifecycleRoutes } from './lifecycle-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { refusedPage } from './refused.ts';
import { replaySpanRoutes } from './replay-span-routes.ts';
import { setUpRoutes } from './set-up-routes.ts';
import { type PageServices, show } from './show.ts';
import { zapierRoutes } from './zapier-routes.ts';

/** The pages, for those who have a session. */
export function pagesRouter(services: PageServices): Router {
  const router = Router();
  router.post('/{*any}', readForm, requireOwnForm(services.access), requireEditor);
  router.use(overviewRoutes(services));
  router.use(setUpRoutes(services));
  router.use(eventListRoutes(services));
  router.use(replaySpanRoutes(services));
  router.use(eventRoutes(services));
  router.use(experienceRoutes(services));
  router.use(lifecycleRoutes(services));
  router.use(deadLetterRoutes(services));
  router.use(zapierRoutes(services));
  router.use(connectionRoutes(services));
  router.get('/refused', (request, response) =>
    show(services, request, response, async (context) =>
      refusedPage(await services.operations.refused(), context),
    ),
  );
  return router;
}
