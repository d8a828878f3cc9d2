import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { closed, listening } from '../fixtures/listening.ts';
import { answerFault, FaultPlan } from './faults.ts';

/** A request that the fake got, whatever the outcome. */
export interface TakenRequest {
  /** The header webhook-id. */
  id: string;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** When it came, by the steady clock, milliseconds. */
  at: number;
  /** Whether it took effect. */
  tookEffect: boolean;
}

export interface FakeOwnApi {
  /** `http://127.0.0.1:port/events`. */
  url: string;
  faults: FaultPlan;
  /** In the order in which they came. */
  requests: TakenRequest[];
  /** The fake's answer to a request without a fault. */
  answer: { status: number; headers: Record<string, string>; body: string };
  /** How many connections there have been. */
  connections(): number;
  close(): Promise<void>;
}

export interface FakeOwnApiOptions {
  /** Refuses with 401 what is not signed with this secret by the Standard Webhooks scheme. */
  secret?: string;
  /** Before each answer, in milliseconds. */
  delayMs?: number;
}

/** Starts an API such as a team may have: it takes events as JSON and checks who sent them. */
export async function startFakeOwnApi(options: FakeOwnApiOptions = {}): Promise<FakeOwnApi> {
  const faults = new FaultPlan();
  const requests: TakenRequest[] = [];
  let connections = 0;
  const api = {
    answer: { status: 200, headers: {} as Record<string, string>, body: '{"taken":true}' },
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const id = String(request.headers['webhook-id'] ?? '');
    const { method = '', url: path = '', headers } = request;
    const taken: TakenRequest = { id, method, path, headers, body, at: performance.now(), tookEffect: false };
    requests.push(taken);
    const fault = faults.next(request);
    if (fault !== null && fault.after !== true) {
      answerFault(fault, response);
      return;
    }
    if (options.secret !== undefined && !isSigned(body, headers, options.secret)) {
      response.writeHead(401).end('{"error":"signature"}');
      return;
    }
    taken.tookEffect = true;
    if (options.delayMs !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, options.delayMs));
    }
    if (fault !== null) {
      answerFault(fault, response);
    } else {
      response.writeHead(api.answer.status, api.answer.headers).end(api.answer.body);
    }
  });
  server.on('connection', () => {
    connections += 1;
  });
  const port = await listening(server);
  return Object.assign(api, {
    url: `http://127.0.0.1:${port}/events`,
    faults,
    requests,
    connections: () => connections,
    close: () => closed(server),
  });
}

function isSigned(body: string, headers: IncomingHttpHeaders, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
