import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { sendProblem } from '../base/problem.ts';
import { ConnectionLimit } from './connection-limit.ts';
import type { EmbeddedReceiver } from './embedded.ts';
import type { Door } from './service.ts';

/** What a receiver answers; an application has routes of its own beside it. */
const OWN_PATHS =
  /^\/(?:webhooks\/intelligems|slack\/actions|console|zapier|healthz|readyz|metrics)(?:[/?]|$)/i;

const STOPPED = {
  status: 503,
  title: 'The receiver has stopped',
  detail: 'Nothing was stored. Send the same request again later.',
};

const ALREADY_READ = {
  status: 503,
  title: 'The body was read before the receiver got it',
  detail:
    'Nothing was stored. A signature covers the bytes of the body, so mount the receiver before express.json() and other body parsers.',
};

/** Lets an application's requests in. */
export function openMount(handle: RequestListener, log: Logger): Door & Pick<EmbeddedReceiver, 'router'> {
  const limit = new ConnectionLimit(handle);
  const inProgress = new Set<ServerResponse>();
  let isOpen = true;
  let idle = (): void => {};

  function router(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    if (!OWN_PATHS.test(request.url ?? '')) {
      next();
    } else if (!isOpen) {
      sendProblem(response, STOPPED, { connection: 'close', 'retry-after': '5' });
    } else if (request.readableDidRead) {
      log.error(ALREADY_READ.detail);
      sendProblem(response, ALREADY_READ);
    } else {
      inProgress.add(response);
      response.once('close', () => {
        inProgress.delete(response);
        if (inProgress.size === 0) {
          idle();
        }
      });
      limit.listener(request, response);
    }
  }

  return {
    router,
    refuseNew() {
      isOpen = false;
    },
    async close() {
      isOpen = false;
      if (inProgress.size > 0) {
        await new Promise<void>((resolve) => {
          idle = resolve;
        });
      }
    },
  };
}
