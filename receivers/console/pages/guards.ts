import type { RequestHandler } from 'express';
import { type Access, CONSOLE_PATH } from '../access/access.ts';
import { html } from './html.ts';
import { bareDocument } from './layout.ts';
import { sendProblemPage } from './problem-page.ts';

/** Admits only requests with a session, and notes the role; sends others to the login page. */
export function requireSession(access: Access): RequestHandler {
  return (request, response, next) => {
    const role = access.sessionRole(request);
    if (role !== null) {
      response.locals.role = role;
      next();
      return;
    }
    const page = `${CONSOLE_PATH}${request.url === '/' ? '' : request.url}`;
    if (request.method !== 'GET' || request.path === '/live') {
      response.status(401).type('text').send('Your session has ended. Open the console again.');
    } else if (request.headers['sec-fetch-site'] === 'cross-site') {
      // A link on another site does not send the strict cookie. Reloading from this page does.
      response.setHeader('refresh', `0; url=${response.locals.mountPath}${page}`);
      response
        .type('html')
        .send(bareDocument('Opening', [], html`<p>Opening … <a href="${page}">Continue</a></p>`));
    } else {
      response.redirect(303, `${CONSOLE_PATH}/login?next=${encodeURIComponent(page)}`);
    }
  };
}

/** Admits only forms from the console's own pages. */
export function requireOwnForm(access: Access): RequestHandler {
  return (request, response, next) => {
    if (access.isOwn(request)) {
      next();
    } else {
      sendProblemPage(
        response,
        403,
        'Sent from another site',
        'The console only accepts forms from its own pages. Open the console and try there. Behind a proxy, set PUBLIC_URL to the address in your browser.',
      );
    }
  };
}

/** Admits only those who may make changes. */
export const requireEditor: RequestHandler = (_request, response, next) => {
  if (response.locals.role === 'editor') {
    next();
  } else {
    sendProblemPage(
      response,
      403,
      'Read-only session',
      'You signed in with the read-only token. Sign in with the main token to make changes.',
    );
  }
};
