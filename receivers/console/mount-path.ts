import type { RequestHandler } from 'express';
import { CONSOLE_PATH } from './access/access.ts';
import { html } from './pages/html.ts';

/**
 * An application may mount the receiver below a path of its own, such as `/hooks`. Puts that path before every address
 * of the console in pages and redirects; `response.locals.mountPath` holds it, empty for a receiver by itself.
 */
export const underMountPath: RequestHandler = (request, response, next) => {
  const mountPath = request.baseUrl.slice(0, -CONSOLE_PATH.length);
  response.locals.mountPath = mountPath;
  if (mountPath !== '') {
    const { markup } = html`${mountPath}`;
    const send = response.send.bind(response);
    response.send = (body) =>
      send(
        typeof body === 'string' && /html/.test(String(response.get('content-type')))
          ? // Quotation marks in texts are escaped: only attributes match.
            body.replaceAll(`="${CONSOLE_PATH}`, () => `="${markup}${CONSOLE_PATH}`)
          : body,
      );
    const location = response.location.bind(response);
    response.location = (url) => location(url.startsWith(CONSOLE_PATH) ? `${mountPath}${url}` : url);
  }
  next();
};
