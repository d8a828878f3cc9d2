import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import type { RequestedAction } from '../../contract/lifecycle.ts';
import { INFINITIVES } from '../../experience/requester.ts';
import { fieldOf } from './form.ts';
import { confirmPage } from './lifecycle.ts';
import { sendProblemPage } from './problem-page.ts';
import { type PageServices, show } from './show.ts';

/** The pages that pause and resume an experience. */
export function lifecycleRoutes(services: PageServices): Router {
  const router = Router();
  for (const action of ['pause', 'start'] as const) {
    addRoutes(router, services, action);
  }
  return router;
}

function addRoutes(router: Router, services: PageServices, action: RequestedAction): void {
  const { operations } = services;
  const path = `/experiences/:id/${INFINITIVES[action]}`;
  router.get(path, async (request, response, next) => {
    const { id } = request.params as { id: string };
    const story = await operations.experience(id, fieldOf(request.query, 'source'));
    if (story === null) {
      next();
      return;
    }
    await show(services, request, response, (context) => confirmPage(story, action, context, randomUUID()));
  });

  router.post(path, async (request, response, next) => {
    const { id: experienceId } = request.params as { id: string };
    const source = fieldOf(request.body, 'source') ?? '';
    const press = fieldOf(request.body, 'press')?.slice(0, 100) ?? null;
    const by = { via: 'console', name: null, email: null } as const;
    const requested = await operations.requestLifecycle({ source, experienceId, action, by, press });
    if (requested === null) {
      next();
    } else if (requested.state === 'refused') {
      sendProblemPage(response, 409, 'Nothing was done', requested.reason);
    } else {
      const query = new URLSearchParams({ source, done: 'lifecycle-requested' });
      response.redirect(303, `/console/experiences/${encodeURIComponent(experienceId)}?${query}`);
    }
  });
}
