import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { CONSOLE_PATH } from '../access/access.ts';
import { html } from './html.ts';
import { bareDocument } from './layout.ts';

/** Answers with a page that says what is wrong, and what to do. */
export function sendProblemPage(response: Response, status: number, title: string, words: string): void {
  const content = html`<article class="door"><h1>${title}</h1><p>${words}</p><p><a href="${CONSOLE_PATH}">Back to the console</a></p></article>`;
  response
    .status(status)
    .type('html')
    .send(bareDocument(title, [], content));
}

export const pageNotFound: RequestHandler = (_request, response) => {
  sendProblemPage(
    response,
    404,
    'Page not found',
    'The address may be wrong, or the event may have been removed. Events are kept for RETENTION_DAYS.',
  );
};

/** Answers for a page that threw, and logs what is not the client's fault. */
export function pageFailed(log: Logger): ErrorRequestHandler {
  return (error: Error & { status?: number }, _request, response, next) => {
    const { status = 500 } = error;
    if (response.headersSent || response.writableEnded) {
      next(error);
    } else if (error.name === 'OperationFault') {
      sendProblemPage(response, 400, 'Not possible', error.message);
    } else if (status < 500) {
      sendProblemPage(response, status, 'Bad request', 'The request is not valid. Go back and try again.');
    } else {
      log.error({ err: error }, 'a page of the console failed');
      const [code, title, words] =
        error.name === 'StorageError'
          ? ([
              503,
              'The storage does not respond',
              'Events cannot be read right now. The log of the receiver has the cause. Try again soon.',
            ] as const)
          : ([
              500,
              'Something went wrong',
              'This is a bug in the receiver. Its log has the details.',
            ] as const);
      sendProblemPage(response, code, title, words);
    }
  };
}
