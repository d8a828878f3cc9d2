import { type ServerResponse, STATUS_CODES } from 'node:http';

/** An error as a client gets it: RFC 9457. `detail` tells the next step. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
}

/** Answers with a problem document (`application/problem+json`, RFC 9457). */
export function sendProblem(
  response: ServerResponse,
  problem: Problem,
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify({
    type: 'about:blank',
    title: problem.title || STATUS_CODES[problem.status],
    status: problem.status,
    detail: problem.detail,
  });
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
