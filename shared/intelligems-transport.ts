/** One request to the External API, ready to be sent. */
export interface ApiRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** JSON; absent for a GET. */
  body?: string;
  /** How long the answer may take, in milliseconds. */
  timeoutMs: number;
  /** Aborts when the caller no longer wants the answer. */
  signal?: AbortSignal;
}

export interface ApiResponse {
  answered: true;
  status: number;
  /** A header's value by its lower-case name; null if there is none. */
  header(name: string): string | null;
  text: string;
}

/** No answer came. */
export interface ApiSilence {
  answered: false;
  /** Whether the request may have arrived. False only if that is known. */
  mayHaveArrived: boolean;
  /** A sentence for people. */
  reason: string;
}

/**
 * Sends one request and gives the answer, of any status, without following redirects: they would take the access
 * token to another host. Never rejects.
 */
export type Transport = (request: ApiRequest) => Promise<ApiResponse | ApiSilence>;

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
