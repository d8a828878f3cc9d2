import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import type { Checks } from '../operations/checks.ts';
import type { Operations } from '../operations/operations.ts';
import type { Timeline } from '../operations/timeline.ts';
import { type Access, CONSOLE_PATH } from './access/access.ts';
import { apiRouter } from './api/router.ts';
import { asset, assetVersion } from './browser/assets.ts';
import type { ConsoleServices } from './console.ts';
import { html } from './pages/html.ts';
import { bareDocument } from './pages/layout.ts';
import { loginContent } from './pages/login.ts';
import { pagesRouter } from './pages/router.ts';

export interface RouterServices extends ConsoleServices {
  access: Access;
  operations: Operations;
  checks: Checks;
  timeline: Timeline;
  now(): number;
}

/** Nothing inline, nothing from elsewhere; pictures in the style sheet are data. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Everything below `/console`: the door, the files, the live stream, the API, and the pages. */
export function consoleRouter(services: RouterServices): Router {
  const { access, live, log } = services;
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: '64kb' });

  router.use((_request, response, next) => {
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY);
    response.setHeader('referrer-policy', 'same-origin');
    response.setHeader('cache-control', 'no-store');
    next();
  });
  router.get('/assets/:version/:name', (request, response) => {
    const found = asset(String(request.params.name));
    if (found === null) {
      response.status(404).end();
      return;
    }
    const current = request.params.version === assetVersion();
    response.setHeader('cache-control', current ? 'public, max-age=31536000, immutable' : 'no-store');
    response.type(found.type).send(found.content);
  });
  router.get('/login', (request, response) => {
    sendDoor(response, 200, nextPage(request.query.next), null);
  });
  router.post('/login', form, ownOnly(access), (request, response) => {
    const { token, next } = fields(request);
    const answer = access.login(token ?? '', request);
    if (answer.ok) {
      access.begin(request, response, answer.role);
      response.redirect(303, nextPage(next));
    } else if (answer.waitSeconds > 0) {
      response.setHeader('retry-after', String(answer.waitSeconds));
      sendDoor(
        response,
        429,
        nextPage(next),
        `Too many wrong tokens from your address. Try again in ${Math.ceil(answer.waitSeconds / 60)} min.`,
      );
    } else {
      sendDoor(
        response,
        401,
        nextPage(next),
        'This is not the token. Look at the file, or ask whoever runs this receiver.',
      );
    }
  });
  router.use('/api', apiRouter(services));
  router.use(sessionOnly(access));
  router.get('/live', (request, response) => live.listen(request, response));
  router.post('/leave', ownOnly(access), (_request, response) => {
    access.end(response);
    response.redirect(303, `${CONSOLE_PATH}/login`);
  });
  router.post('/{*any}', form, ownOnly(access), (_request, response, next) => {
    if (response.locals.role === 'editor') {
      next();
    } else {
      sendProblemPage(
        response,
        403,
        'For reading only',
        'You came in with the token for reading. Come in with the main token to change something.',
      );
    }
  });
  router.use(pagesRouter(services));
  router.use((_request, response) => {
    sendProblemPage(
      response,
      404,
      'There is no such page',
      'It may have been removed with its event; events are kept for as long as RETENTION_DAYS says.',
    );
  });
  router.use(
    (error: Error & { status?: number }, _request: Request, response: Response, next: NextFunction) => {
      const { status = 500 } = error;
      if (response.headersSent || response.writableEnded) {
        next(error);
        return;
      }
      if (status < 500) {
        sendProblemPage(
          response,
          status,
          'This cannot be read',
          'The request cannot be read as it stands. Go back and try again.',
        );
        return;
      }
      log.error({ err: error }, 'a page of the console broke');
      const storage = error.name === 'StorageError';
      sendProblemPage(
        response,
        storage ? 503 : 500,
        storage ? 'The storage does not answer' : 'This page broke',
        storage
          ? 'Events cannot be read at the moment. The log of the receiver names the cause; try again soon.'
          : 'It is a fault in this receiver; its log has the details.',
      );
    },
  );
  return router;
}

/** The fields of a form, each once. */
export function fields(request: Request): Record<string, string | undefined> {
  const body: Record<string, unknown> = request.body ?? {};
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Array.isArray(value) ? String(value[0]) : String(value),
    ]),
  );
}

/** All values of a field that may come several times. */
export function values(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

function sessionOnly(access: Access): RequestHandler {
  return (request, response, next) => {
    const role = access.sessionRole(request);
    if (role !== null) {
      response.locals.role = role;
      next();
      return;
    }
    const page = `${CONSOLE_PATH}${request.url === '/' ? '' : request.url}`;
    if (request.method !== 'GET' || request.path === '/live') {
      response.status(401).type('text').send('The session has ended. Open the console again.');
    } else if (request.headers['sec-fetch-site'] === 'cross-site') {
      // A link from elsewhere comes without the strict cookie; from this page of our own, it comes with it.
      response.setHeader('refresh', `0; url=${page}`);
      response
        .type('html')
        .send(bareDocument('Opening', [], html`<p>Opening … <a href="${page}">Go on</a></p>`));
    } else {
      response.redirect(303, `${CONSOLE_PATH}/login?next=${encodeURIComponent(page)}`);
    }
  };
}

function ownOnly(access: Access): RequestHandler {
  return (request, response, next) => {
    if (access.isOwn(request)) {
      next();
    } else {
      sendProblemPage(
        response,
        403,
        'Sent from elsewhere',
        'Forms are taken from the console’s own pages only. Open the console and do it there. Behind a proxy, set PUBLIC_URL to the address in your browser.',
      );
    }
  };
}

/** Where to go after the door: a page of the console, whatever the link says. */
function nextPage(written: unknown): string {
  return typeof written === 'string' &&
    /^\/console(\/[\w\-./%]*)?(\?[\w\-.~%&=+]*)?$/.test(written) &&
    !written.includes('..')
    ? written
    : CONSOLE_PATH;
}

function sendDoor(response: Response, status: number, next: string, fault: string | null): void {
  response
    .status(status)
    .type('html')
    .send(bareDocument('Open the console', ['login.js'], loginContent(next, fault)));
}

/** Answers with a page that says what is wrong, and what to do. */
export function sendProblemPage(response: Response, status: number, title: string, words: string): void {
  const content = html`<article class="door"><h1>${title}</h1><p>${words}</p><p><a href="${CONSOLE_PATH}">To the console</a></p></article>`;
  response
    .status(status)
    .type('html')
    .send(bareDocument(title, [], content));
}
