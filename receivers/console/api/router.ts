import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { ClientAddress } from '../../base/client-address.ts';
import { sendProblem } from '../../base/problem.ts';
import type { Author } from '../../operations/connections.ts';
import { type Access, guardApi } from '../access/access.ts';
import { authorOf } from '../access/author.ts';
import { showOnce } from '../access/shown-once.ts';
import { openApi } from './openapi.ts';
import type { ApiOperations, ApiRoute } from './route.ts';
import { API_ROUTES } from './routes.ts';

export interface ApiServices {
  operations: ApiOperations;
  addressOf: ClientAddress;
  access: Access;
  log: Logger;
}

/** The JSON API below `/console/api`, which the command line uses too. Errors are RFC 9457 documents. */
export function apiRouter({ operations, access, addressOf, log }: ApiServices): Router {
  const router = Router();
  router.get('/openapi.json', (request, response) => {
    response.json(openApi(request.baseUrl));
  });
  router.use(guardApi(access));
  router.use(express.json({ limit: '256kb' }));
  for (const route of API_ROUTES) {
    router[route.method](route.path, (request, response) =>
      answer(route, operations, request, response, authorOf(request, response, 'api', addressOf)),
    );
  }
  router.use((_request, response) => {
    sendProblem(response, {
      status: 404,
      title: 'Unknown call',
      detail: 'GET /console/api/openapi.json describes every call.',
    });
  });
  router.use((error: Error & { status?: number }, _: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error);
    } else {
      sendFailure(response, error, log);
    }
  });
  return router;
}

function sendFailure(response: Response, error: Error & { status?: number }, log: Logger): void {
  const { status = 500 } = error;
  if (error.name === 'OperationFault') {
    sendProblem(response, { status: 400, title: 'Bad request', detail: error.message });
  } else if (status < 500) {
    sendProblem(response, { status, title: 'Bad request', detail: 'The body is not valid JSON.' });
  } else {
    log.error({ err: error }, 'a call of the console’s API failed');
    const storage = error.name === 'StorageError';
    sendProblem(response, {
      status: storage ? 503 : 500,
      title: storage ? 'The storage does not respond' : 'Internal error',
      detail: 'The log of the receiver has the details.',
    });
  }
}

async function answer(
  route: ApiRoute,
  operations: ApiOperations,
  request: Request,
  response: Response,
  by: Author,
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
  const answered = await route.handle(operations, { parameters, query: query.data, body: body.data, by });
  if (answered === null) {
    sendProblem(response, { status: 404, title: 'Not found', detail: 'Nothing has this name or key.' });
  } else {
    showOnce(response, route.shownOnce?.(answered) ?? null);
    response.status(route.status?.(answered) ?? 200).json(answered);
  }
}
