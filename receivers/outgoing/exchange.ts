/** One request, ready to be sent. */
export interface OutgoingRequest {
  /** Default: GET. */
  method?: string;
  /** http:// or https://. A user name and password in it become an Authorization header. */
  url: string | URL;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** How long the whole exchange may take, milliseconds. Default: the client's. */
  timeoutMs?: number;
  /** Ends the request at once. If nothing has been written yet, nothing will be. */
  signal?: AbortSignal;
  /** How many bytes of the response are read, after decompression. Default: the client's. */
  limit?: number;
}

/** The other side answered, with any status. */
export interface Answer {
  answered: true;
  status: number;
  /** By lower-case name; several of one name are joined by a comma. */
  headers: Readonly<Record<string, string>>;
  /** The response's body, or as much of it as came within the limits: decompressed, and decoded by its charset. */
  text: string;
  /** False if the body ended early, or was cut off at the limit. */
  complete: boolean;
  /**
   * The proxy that was asked for the whole URL, and the variable that names it, for people. It may have answered itself:
   * nothing in HTTP distinguishes its refusal from the other side's. Null for any other way.
   */
  proxy: string | null;
}

/** Why no answer came. */
export type FailureKind =
  /** The host's name could not be resolved. */
  | 'name not found'
  /** No connection: refused, unreachable, or dropped by a firewall. */
  | 'unreachable'
  /** The certificate is not trusted, or belongs to another name. */
  | 'certificate'
  /** TLS failed otherwise, such as at a port that does not speak it. */
  | 'tls'
  /** The proxy refused, or could not be reached. */
  | 'proxy'
  /** The address is not on the public internet, and only public ones are allowed. */
  | 'private address'
  /** The time was up. */
  | 'timeout'
  /** The connection broke. */
  | 'closed'
  /** What came back is not HTTP, or exceeds its limits. */
  | 'invalid response'
  /** A redirect, for callers that take only an answer or an error; see `fetch`. */
  | 'redirect'
  /** The request's signal aborted it. */
  | 'canceled'
  /** The request could not be built, such as for a header with a line break. */
  | 'invalid request';

/** No answer came. */
export interface Failure {
  answered: false;
  /**
   * Whether the request may have arrived, known rather than guessed: true only if it started to be written on an
   * established and, for https, verified connection.
   */
  mayHaveArrived: boolean;
  kind: FailureKind;
  /** The system's or the library's code, such as ECONNREFUSED; null if there is none. */
  code: string | null;
  /** Sentences for people, with the next step if there is one. No secrets. */
  reason: string;
}

export type Exchange = Answer | Failure;

/** What `fetch` of an outgoing client throws. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** The failure behind an error that a library made of an {@link OutgoingError}; null if there is none. */
export function failureOf(error: unknown): Failure | null {
  let current: unknown = error;
  for (let depth = 0; depth < 10 && typeof current === 'object' && current !== null; depth += 1) {
    if (current instanceof OutgoingError) {
      return current.failure;
    }
    const { cause, original } = current as { cause?: unknown; original?: unknown };
    current = cause ?? original;
  }
  return null;
}
