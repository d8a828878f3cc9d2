import { Router } from 'express';
import { bodyBytes } from '../../operations/records.ts';
import { webhookUrl } from '../../operations/set-up.ts';
import { curlCommand } from './curl.ts';
import { eventPage } from './event.ts';
import { fieldOf, valuesOf } from './form.ts';
import { sendFramed } from './looks.ts';
import { replayPage } from './replay.ts';
import { baseUrl, type PageServices, show } from './show.ts';

export function eventRoutes(services: PageServices): Router {
  const router = Router();
  addEventPage(router, services);
  addPayload(router, services);
  addReplay(router, services);
  return router;
}

function addEventPage(router: Router, services: PageServices): void {
  const { operations } = services;
  router.get('/events/:key', async (request, response, next) => {
    const story = await operations.event(request.params.key);
    if (story === null) {
      next();
      return;
    }
    const targets = story.event.problem === null ? await operations.previews() : [];
    const asked = fieldOf(request.query, 'preview');
    const chosen = targets.find(({ name }) => name === asked) ?? targets[0];
    const preview = chosen === undefined ? null : await operations.preview(story.event.key, chosen.name);
    await show(services, request, response, (context) =>
      eventPage(
        {
          ...story,
          targets,
          preview: preview === null || chosen === undefined ? null : { ...chosen, preview },
        },
        context,
      ),
    );
  });

  router.get('/events/:key/preview/:name', async (request, response, next) => {
    const preview = await operations.preview(request.params.key, request.params.name);
    if (!sendFramed(response, preview, services.now())) {
      next();
    }
  });
}

function addPayload(router: Router, services: PageServices): void {
  const { operations } = services;
  router.get('/events/:key/body', async (request, response, next) => {
    const story = await operations.event(request.params.key);
    if (story === null) {
      next();
      return;
    }
    response
      .attachment(`${story.event.key}.json`)
      .type('application/octet-stream')
      .send(bodyBytes(story.event));
  });

  router.get('/events/:key/curl', async (request, response, next) => {
    const story = await operations.event(request.params.key);
    if (story === null) {
      next();
      return;
    }
    const url = webhookUrl(baseUrl(services, request), story.event.source);
    response.type('text/plain').send(curlCommand(story.event, url));
  });
}

function addReplay(router: Router, services: PageServices): void {
  const { operations } = services;
  router.get('/events/:key/replay', async (request, response, next) => {
    const story = await operations.event(request.params.key);
    const steps = await operations.planReplay(request.params.key, valuesOf(request.query, 'to'));
    if (story === null || steps === null) {
      next();
      return;
    }
    await show(services, request, response, (context) => replayPage({ event: story.event, steps }, context));
  });

  router.post('/events/:key/deliveries/:id/now', async (request, response, next) => {
    const { key, id } = request.params;
    const due = await operations.deliverNow(key, Number(id));
    if (due === null) {
      next();
      return;
    }
    response.redirect(303, `/console/events/${key}?done=${due ? 'tried-now' : 'not-waiting'}`);
  });

  router.post('/events/:key/replay', async (request, response, next) => {
    const done = await operations.replay(request.params.key, valuesOf(request.body, 'to'));
    if (done === null) {
      next();
      return;
    }
    response.redirect(303, `/console/events/${request.params.key}?done=replayed`);
  });
}
