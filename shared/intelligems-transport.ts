/** One request to the External API, ready to be sent. */
export interface ApiRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** JSON; absent for a GET. */
  body?: string;
  /** How long the answer may take, in milliseconds: for a transport that cannot be given `signal`. */
  timeoutMs: number;
  /** Aborts when the answer has taken too long or the caller has given up. */
  signal: AbortSignal;
}

export interface ApiResponse {
  status: number;
  /** A header's value by its lower-case name; null where it is absent. */
  header(name: string): string | null;
  text: string;
}

/**
 * Sends one request and gives whatever the server answers, of any status, without following redirects
 * (they would carry the access token to another host). Rejects where no answer came.
 */
export type Transport = (request: ApiRequest) => Promise<ApiResponse>;

/** The transport over the runtime's own `fetch`. */
export const fetchTransport: Transport = async (request) => {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    body: request.body,
    redirect: 'manual',
    signal: request.signal,
  });
  const text = await response.text();
  return { status: response.status, header: (name) => response.headers.get(name), text };
};

/** Failures that happen before a byte of the request has left. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a request that a transport rejected may have taken effect at the other side all the same. */
export function mayHaveArrived(error: unknown): boolean {
  return !NOT_SENT.has(errorCode(error));
}

/**
 * What tells most of a network failure: the system's code (`ECONNREFUSED`) of its cause or itself, else what its
 * cause says (“bad port”), else its name (`TimeoutError`).
 */
export function errorCode(error: unknown): string {
  const { code, cause, name } = error as {
    code?: unknown;
    cause?: { code?: unknown; message?: unknown };
    name?: unknown;
  };
  for (const candidate of [cause?.code, code, cause?.message, name]) {
    if (typeof candidate === 'string' && candidate !== '') {
      return candidate;
    }
  }
  return 'unknown';
}
