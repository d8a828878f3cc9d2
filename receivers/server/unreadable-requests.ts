import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type Problem, problemDocument, sendProblem } from '../base/problem.ts';

/** Errors that Node finds before there is a request, by their codes (https://nodejs.org/api/http.html#event-clienterror). */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    title: 'Headers too large',
    detail: 'The headers of a request may have 16 KiB in total. Send fewer or shorter ones.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request too slow',
    detail:
      'The request did not arrive in time. HEADERS_TIMEOUT_SECONDS and REQUEST_TIMEOUT_SECONDS set the limits.',
  },
};

const MALFORMED: Problem = {
  status: 400,
  title: 'Malformed request',
  detail: 'This is not a valid HTTP request. Check the address (http or https), the port and the client.',
};

const UNMET_EXPECTATION: Problem = {
  status: 417,
  title: 'Expectation not supported',
  detail: 'The only supported value of the Expect header is 100-continue.',
};

/**
 * Answers what Node would answer by itself, with a problem document and a log line.
 *
 * @param isBusy whether an earlier request of the connection is still to be answered
 */
export function answerUnreadable(server: Server, isBusy: (socket: Duplex) => boolean, log: Logger): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET' || isBusy(socket)) {
      socket.destroy();
      return;
    }
    const problem = PROBLEMS[error.code ?? ''] ?? MALFORMED;
    const { head, body } = problemDocument(problem);
    const lines = Object.entries({ ...head, connection: 'close' }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`);
    log.warn(
      { status: problem.status, code: error.code },
      `refused a request: ${problem.title.toLowerCase()}`,
    );
  });
  server.on('checkExpectation', (request, response) => {
    request.resume();
    sendProblem(response, UNMET_EXPECTATION, { connection: 'close' });
    log.warn({ status: 417 }, 'refused a request: expectation not supported');
  });
}
