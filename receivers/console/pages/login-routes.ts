import { type Response, Router } from 'express';
import { type Access, CONSOLE_PATH } from '../access/access.ts';
import { fieldOf, readForm } from './form.ts';
import { requireOwnForm } from './guards.ts';
import { bareDocument } from './layout.ts';
import { loginContent } from './login.ts';

/** Signing in and out. */
export function loginRouter(access: Access): Router {
  const router = Router();
  router.get('/login', (request, response) => {
    sendLogin(response, 200, nextPage(request.query.next), null);
  });
  router.post('/login', readForm, requireOwnForm(access), (request, response) => {
    const next = nextPage(fieldOf(request.body, 'next'));
    const answer = access.login(fieldOf(request.body, 'token') ?? '', request);
    if (answer.ok) {
      access.begin(request, response, answer.role);
      response.redirect(303, next);
    } else if (answer.waitSeconds > 0) {
      response.setHeader('retry-after', String(answer.waitSeconds));
      const minutes = Math.ceil(answer.waitSeconds / 60);
      sendLogin(response, 429, next, `Too many wrong tokens from your address. Try again in ${minutes} min.`);
    } else {
      sendLogin(
        response,
        401,
        next,
        'This token is wrong. Look in the file console-token, or ask the person who runs this receiver.',
      );
    }
  });
  router.post('/leave', requireOwnForm(access), (_request, response) => {
    access.end(response);
    response.redirect(303, `${CONSOLE_PATH}/login`);
  });
  return router;
}

/** The page to open after signing in: a page of the console, whatever the link says. */
function nextPage(written: unknown): string {
  return typeof written === 'string' &&
    /^\/console(\/[\w\-./%]*)?(\?[\w\-.~%&=+]*)?$/.test(written) &&
    !written.includes('..')
    ? written
    : CONSOLE_PATH;
}

function sendLogin(response: Response, status: number, next: string, fault: string | null): void {
  response
    .status(status)
    .type('html')
    .send(bareDocument('Sign in', ['login.js'], loginContent(next, fault)));
}
