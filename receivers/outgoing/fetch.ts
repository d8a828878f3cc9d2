import type { OutgoingRequest } from './exchange.ts';

/** The arguments of `fetch` as a request. Bodies are texts, bytes or URLSearchParams; nothing else is sent here. */
export function requestFrom(input: string | URL | Request, init: RequestInit = {}): OutgoingRequest {
  if (input instanceof Request) {
    throw new TypeError('Give fetch a URL: a Request is not supported.');
  }
  const { method, signal } = init;
  const headers = Object.fromEntries(new Headers(init.headers));
  const { body, type } = bodyFrom(init.body ?? undefined);
  return {
    url: input,
    ...(method === undefined ? {} : { method: method.toUpperCase() }),
    headers: { ...(type === null ? {} : { 'content-type': type }), ...headers },
    ...(body === undefined ? {} : { body }),
    ...(signal == null ? {} : { signal }),
  };
}

function bodyFrom(body: BodyInit | undefined): {
  body: string | Uint8Array | undefined;
  type: string | null;
} {
  if (body === undefined || body instanceof Uint8Array) {
    return { body: body as Uint8Array | undefined, type: null };
  }
  if (body instanceof URLSearchParams) {
    return { body: body.toString(), type: 'application/x-www-form-urlencoded;charset=UTF-8' };
  }
  if (typeof body === 'string') {
    return { body, type: 'text/plain;charset=UTF-8' };
  }
  if (body instanceof ArrayBuffer) {
    return { body: new Uint8Array(body), type: null };
  }
  throw new TypeError('fetch sends texts, bytes and URLSearchParams only.');
}

/** Statuses whose response must not have a body, which `Response` insists on. */
const BODILESS = [204, 205, 304];

/** An answer as `fetch` gives it. The body is decompressed already, so the headers that describe it are left out. */
export function responseFrom(answer: {
  status: number;
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
}): Response {
  const headers = new Headers(answer.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  const body = BODILESS.includes(answer.status) ? null : Uint8Array.from(answer.bytes);
  return new Response(body, { status: answer.status, headers });
}
