import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { closed, listening } from '../fixtures/listening.ts';
import { answerFault, FaultPlan } from './faults.ts';

export interface FaultyServer {
  /** `http://127.0.0.1:port`. */
  origin: string;
  faults: FaultPlan;
  close(): Promise<void>;
}

/**
 * Starts an HTTP server whose requests can get faults instead of their answers.
 *
 * @param take handles a request with its body, and gives what writes the answer; a fault with `after` replaces only
 *   that
 * @param prepare sets headers of every response, those of faults included
 */
export async function startFaultyServer(
  take: (request: IncomingMessage, body: string) => (response: ServerResponse) => void,
  prepare: (response: ServerResponse) => void = () => {},
): Promise<FaultyServer> {
  const faults = new FaultPlan();
  const server = createServer(async (request, response) => {
    prepare(response);
    const body = await text(request).catch(() => null);
    if (body === null) {
      return;
    }
    const fault = faults.next(request);
    if (fault !== null && fault.after !== true) {
      answerFault(fault, response);
      return;
    }
    const answer = take(request, body);
    if (fault === null) {
      answer(response);
    } else {
      answerFault(fault, response);
    }
  });
  const port = await listening(server);
  return { origin: `http://127.0.0.1:${port}`, faults, close: () => closed(server) };
}
