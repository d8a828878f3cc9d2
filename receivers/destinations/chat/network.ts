/** Why a request failed on its way. */
export interface NetworkFailure {
  /** Such as ECONNRESET; `timeout`; `network` where nothing more is known. */
  code: string;
  /** The request may have arrived: the connection had come about. */
  uncertain: boolean;
  /** A sentence, with the next step where there is one. */
  reason: string;
}

/** Errors of a connection that never came about: nothing was sent. */
const UNREACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Reads what `fetch` throws.
 *
 * @param service as people call the other side, such as “Slack”
 */
export function describeNetworkFailure(service: string, error: unknown): NetworkFailure {
  const { name, code } = rootCause(error);
  if (name === 'TimeoutError' || name === 'AbortError') {
    return { code: 'timeout', uncertain: true, reason: `${service} did not answer in time.` };
  }
  if (code !== undefined && UNREACHED.has(code)) {
    const reason = `${service} cannot be reached (${code}). Check the machine’s network, DNS and proxy.`;
    return { code, uncertain: false, reason };
  }
  const reason = `The connection to ${service} broke${code === undefined ? '' : ` (${code})`}.`;
  return { code: code ?? 'network', uncertain: true, reason };
}

function rootCause(error: unknown): { name?: string; code?: string } {
  let cause = error as { name?: string; code?: unknown; cause?: unknown } | null;
  while (typeof cause?.cause === 'object' && cause.cause !== null) {
    cause = cause.cause;
  }
  return { name: cause?.name, code: typeof cause?.code === 'string' ? cause.code : undefined };
}
