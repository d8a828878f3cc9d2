import { type ServerResponse, STATUS_CODES } from 'node:http';

/** An error as a client gets it (RFC 9457). `detail` says what to do next. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
}

/** The body of a problem document, and the headers that describe it. */
export function problemDocument({ status, title, detail }: Problem): {
  head: Record<string, string | number>;
  body: string;
} {
  const body = JSON.stringify({ type: 'about:blank', title: title || STATUS_CODES[status], status, detail });
  const head = {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  };
  return { head, body };
}

/** Answers with a problem document (`application/problem+json`, RFC 9457). */
export function sendProblem(
  response: ServerResponse,
  problem: Problem,
  headers: Record<string, string> = {},
): void {
  const { head, body } = problemDocument(problem);
  response.writeHead(problem.status, { ...head, ...headers });
  response.end(body);
}
