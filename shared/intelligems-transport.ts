/** One request to the External API, ready to be sent. */
interface ApiRequest {
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
