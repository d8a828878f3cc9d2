import { Router } from 'express';
import { HEALTH_CHECKS } from '../../../shared/health-words.ts';
import { experiencePage } from './experience.ts';
import { experiencesPage } from './experiences.ts';
import { fieldOf, valuesOf } from './form.ts';
import { type PageServices, show } from './show.ts';
import { testExperiencesPage } from './test-experiences.ts';

/** Experiences on a page. */
const PAGE_SIZE = 20;

export function experienceRoutes(services: PageServices): Router {
  const { operations } = services;
  const router = Router();
  router.get('/experiences', (request, response) =>
    show(services, request, response, async (context) => {
      const search = fieldOf(request.query, 'search')?.trim().slice(0, 200) ?? '';
      const before = Number(fieldOf(request.query, 'before'));
      const later = Number.isFinite(before) && before > 0;
      const rows = await operations.experiences({
        ...(search !== '' && { search }),
        ...(later && { beforeLastAt: before }),
        limit: PAGE_SIZE,
      });
      const next = rows.length === PAGE_SIZE ? (rows.at(-1)?.lastAt ?? null) : null;
      return experiencesPage({ search, rows, next, later }, context);
    }),
  );

  router.get('/experiences/:id', async (request, response, next) => {
    const story = await operations.experience(request.params.id, fieldOf(request.query, 'source'));
    if (story === null) {
      next();
      return;
    }
    await show(services, request, response, (context) => experiencePage(story, context));
  });
  router.post('/experiences/:id/mute', async (request, response, next) => {
    const source = fieldOf(request.body, 'source') ?? '';
    const { id } = request.params;
    const chosen = valuesOf(request.body, 'checks');
    const checks = HEALTH_CHECKS.filter((check) => chosen.includes(check));
    if (!(await operations.muteHealth(source, id, checks))) {
      next();
      return;
    }
    const query = new URLSearchParams({ source, done: 'muted' });
    response.redirect(303, `/console/experiences/${encodeURIComponent(id)}?${query}#health-title`);
  });
  router.get('/test-experiences', (request, response) =>
    show(services, request, response, async (context) =>
      testExperiencesPage(await operations.testExperiences(), context),
    ),
  );

  router.post('/test-experiences', async (_request, response) => {
    const { left } = await operations.removeTestExperiences();
    response.redirect(303, `/console/experiences?done=${left === 0 ? 'tests-removed' : 'tests-left'}`);
  });
  return router;
}
