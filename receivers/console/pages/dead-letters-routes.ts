import { Router } from 'express';
import { z } from 'zod';
import { deadLetterQuery, selectionOf } from '../../operations/dead-letter-query.ts';
import { deadLettersPage, decisionPage } from './dead-letters.ts';
import { fieldOf } from './form.ts';
import { sendProblemPage } from './problem-page.ts';
import { type PageServices, show } from './show.ts';

const decision = z.enum(['replay', 'dismiss']);

export function deadLetterRoutes(services: PageServices): Router {
  const { operations } = services;
  const router = Router();
  router.get('/dead-letters', (request, response) =>
    show(services, request, response, async (context) => {
      const written = writtenSelection(request.query);
      const query = deadLetterQuery.safeParse(written);
      const letters = await operations.deadLetters(query.success ? selectionOf(query.data) : {});
      return deadLettersPage({ ...letters, written }, context);
    }),
  );

  router.get('/dead-letters/:what', async (request, response, next) => {
    const what = decision.safeParse(request.params.what);
    const written = writtenSelection(request.query);
    const query = deadLetterQuery.safeParse(written);
    if (!what.success || !query.success) {
      next();
      return;
    }
    const letters = await operations.deadLetters(selectionOf(query.data));
    await show(services, request, response, (context) =>
      decisionPage({ ...letters, what: what.data, fields: written }, context),
    );
  });

  router.post('/dead-letters/:what', async (request, response, next) => {
    const what = decision.safeParse(request.params.what);
    const written = writtenSelection(request.body);
    const query = deadLetterQuery.safeParse(written);
    if (!what.success) {
      next();
    } else if (!query.success || Object.keys(written).length === 0) {
      sendProblemPage(response, 400, 'Nothing selected', 'Select dead letters first.');
    } else if (what.data === 'replay') {
      await operations.replayDeadLetters(selectionOf(query.data));
      response.redirect(303, '/console/dead-letters?done=letters-replayed');
    } else {
      await operations.dismissDeadLetters(selectionOf(query.data));
      response.redirect(303, '/console/dead-letters?done=letters-dismissed');
    }
  });
  return router;
}

/** The fields of the query or form that select dead letters, without empty ones. */
function writtenSelection(fields: Parameters<typeof fieldOf>[0]): Record<string, string> {
  const named = Object.keys(deadLetterQuery.shape).map((name) => [name, fieldOf(fields, name) ?? '']);
  return Object.fromEntries(named.filter(([, value]) => value !== ''));
}
