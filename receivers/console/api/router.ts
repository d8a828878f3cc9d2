import express, { type NextFunction, type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { sendProblem } from '../../base/problem.ts';
import type { RouterServices } from '../router.ts';
import { openApi } from './openapi.ts';
import { API_ROUTES, ApiFault, type ApiRoute } from './routes.ts';

/** The JSON API below `/console/api`, which the command line uses too. Errors are RFC 9457 documents. */
export function apiRouter(services: RouterServices): Router {
  const router = Router();
  router.get('/openapi.json', (_request, response) => {
    response.json(openApi());
  });
  router.use(services.access.guardApi);
  router.use(express.json({ limit: '256kb' }));
  for (const route of API_ROUTES) {
    router[route.method](route.path, (request, response) => answer(route, services, request, response));
  }
  router.use((_request, response) => {
    sendProblem(response, {
      status: 404,
      title: 'No such call',
      detail: 'GET /console/api/openapi.json describes every call.',
    });
  });
  router.use(
    (error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction) => {
      const { status = 500 } = error;
      if (response.headersSent) {
        next(error);
      } else if (status < 500) {
        sendProblem(response, { status, title: 'Bad request', detail: 'The body cannot be read as JSON.' });
      } else {
        services.log.error({ err: error }, 'a call of the console’s API broke');
        const storage = error.name === 'StorageError';
        sendProblem(response, {
          status: storage ? 503 : 500,
          title: storage ? 'The storage does not answer' : 'Internal error',
          detail: 'The log of the receiver has the details.',
        });
      }
    },
  );
  return router;
}

async function answer(
  route: ApiRoute,
  services: RouterServices,
  request: Request,
  response: Response,
): Promise<void> {
  const query = (route.query ?? z.unknown()).safeParse(request.query);
  const body = (route.body ?? z.unknown()).safeParse(request.body ?? {});
  if (!query.success || !body.success) {
    const { issues } = (query.error ?? body.error) as z.ZodError;
    const detail = issues
      .map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
      .join('; ');
    sendProblem(response, { status: 400, title: 'Bad request', detail });
    return;
  }
  const parameters = request.params as Record<string, string>;
  const answered = await route.handle(services, { parameters, query: query.data, body: body.data });
  if (answered === null) {
    sendProblem(response, {
      status: 404,
      title: 'Not found',
      detail: 'There is nothing of this name or key.',
    });
  } else if (answered instanceof ApiFault) {
    sendProblem(response, { status: 400, title: 'Bad request', detail: answered.detail });
  } else {
    response.json(answered);
  }
}
