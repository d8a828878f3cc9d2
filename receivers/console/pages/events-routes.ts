import { Router } from 'express';
import { eventFilter, eventQuery, PAGE_SIZE } from '../../operations/event-query.ts';
import { eventsPage } from './events.ts';
import { fieldOf } from './form.ts';
import { type PageServices, show } from './show.ts';

export function eventListRoutes(services: PageServices): Router {
  const { operations } = services;
  const router = Router();
  router.get('/events', (request, response) =>
    show(services, request, response, async (context) => {
      const asked = Object.fromEntries(
        Object.keys(request.query).map((name) => [name, fieldOf(request.query, name) ?? '']),
      );
      const query = eventQuery.safeParse(asked);
      const events = query.success ? await operations.events(eventFilter(query.data)) : [];
      const { sources } = await operations.setUp();
      return eventsPage(
        {
          asked,
          fault: query.success ? null : 'One of the filters is not valid. Clear it and try again.',
          events,
          next: events.length === PAGE_SIZE ? (events.at(-1)?.sequence ?? null) : null,
          sources: sources.map(({ name }) => name),
        },
        context,
      );
    }),
  );
  return router;
}
