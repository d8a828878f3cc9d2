/** Why a request failed on its way. */
export interface NetworkFailure {
  /** Such as ECONNRESET, or `fetch`'s own words, such as `bad port`; `timeout`; `network` where nothing more is known. */
  code: string;
  /** The request may have arrived: the connection had come about. */
  uncertain: boolean;
  /** A sentence, with the next step where there is one. */
  reason: string;
}

/** Errors of a connection that never came about: nothing was sent. `fetch` connects to no port that other protocols use. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'bad port',
]);

/**
 * Reads what `fetch` throws.
 *
 * @param service as people call the other side, such as “Slack”
 */
export function describeNetworkFailure(service: string, error: unknown): NetworkFailure {
  const { name, code, place } = rootCause(error);
  if (name === 'TimeoutError' || name === 'AbortError') {
    return { code: 'timeout', uncertain: true, reason: `${service} did not answer in time.` };
  }
  const known = [code, place].filter((part) => part !== undefined).join(' ');
  if (code !== undefined && UNREACHED.has(code)) {
    const reason = `${service} cannot be reached (${known}). Check the machine’s network, DNS and proxy.`;
    return { code, uncertain: false, reason };
  }
  const reason = `The connection to ${service} broke${known === '' ? '' : ` (${known})`}.`;
  return { code: code ?? 'network', uncertain: true, reason };
}

interface Cause {
  name?: string;
  message?: string;
  code?: unknown;
  cause?: unknown;
  /** What came of each address of a name. */
  errors?: Cause[];
  hostname?: string;
  address?: string;
  port?: number;
}

/** What it comes down to: a code or words, and the name or address that was tried, where they are known. */
function rootCause(error: unknown): { name?: string; code?: string; place?: string } {
  let cause = error as Cause | null;
  while (typeof cause?.cause === 'object' && cause.cause !== null) {
    cause = cause.cause;
  }
  const { name, message, code, errors } = cause ?? {};
  const { hostname, address, port } = errors?.[0] ?? cause ?? {};
  const place = hostname ?? (address === undefined ? undefined : `${address}:${port}`);
  // What fetch itself throws may repeat the whole URL, which may be a secret.
  const words = cause === error ? undefined : message;
  return { name, code: typeof code === 'string' ? code : words, place };
}
