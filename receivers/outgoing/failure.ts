import { errors } from 'undici';
import { PrivateAddressError } from './addresses.ts';
import { ConnectError } from './connect.ts';
import type { Failure, FailureKind } from './exchange.ts';
import type { ProxyServer } from './proxies.ts';

/** What is known of a request that got no answer. */
export interface FailureContext {
  /** As people call the other side: “Slack”, or the host. */
  service: string;
  /** Host and port, as far as they are not the default. */
  host: string;
  /** The proxy that was asked for the whole URL; null if the host was asked itself, or through a tunnel. */
  proxy: ProxyServer | null;
  /** The proxy that was asked for a tunnel to the host; null if none was. */
  tunnel: ProxyServer | null;
  /** The request started to be written on an established connection. */
  started: boolean;
  /** All connections were busy with other requests when the time was up. */
  allBusy: boolean;
  /** How long a connection may take, milliseconds. */
  connectTimeoutMs: number;
}

/** A request timed out after `ms` milliseconds, or the caller's signal ended it (null). */
export class DeadlineError extends Error {
  readonly ms: number | null;

  constructor(ms: number | null) {
    super('the time was up');
    this.ms = ms;
  }
}

/** The caller's signal aborted the request. */
export class CanceledError extends Error {}

/** Describes why a request got no answer. The error is only put into words: what may have arrived is known already. */
export function describeFailure(error: Error, context: FailureContext): Failure {
  const { kind, reason } =
    error instanceof ConnectError ? connectWords(error, context) : words(error, context);
  return { answered: false, mayHaveArrived: context.started, kind, code: codeOf(error), reason };
}

interface Words {
  kind: FailureKind;
  reason: string;
}

function words(error: Error, context: FailureContext): Words {
  const { service, host, tunnel, started, allBusy } = context;
  if (error instanceof CanceledError) {
    return { kind: 'canceled', reason: `The request to ${service} was stopped before an answer came.` };
  }
  if (error instanceof DeadlineError) {
    const inTime = error.ms === null ? 'in time' : `within ${error.ms / 1000} s`;
    if (started) {
      return { kind: 'timeout', reason: `${service} did not answer ${inTime}.` };
    }
    const why = allBusy
      ? 'all connections were busy'
      : `no connection${placed(' to ', host, service)} could be made${tunnel === null ? '. A firewall may be dropping the packets' : ` through ${proxyName(tunnel).replace('The', 'the')}, which is set in ${tunnel.variable}`}`;
    return {
      kind: allBusy ? 'timeout' : 'unreachable',
      reason: `${service} was not reached ${inTime}: ${why}.`,
    };
  }
  const code = codeOf(error);
  if (error instanceof errors.HeadersOverflowError) {
    return { kind: 'invalid response', reason: `${service} sent more headers than are read.` };
  }
  if (error instanceof errors.HTTPParserError || error instanceof errors.ResponseContentLengthMismatchError) {
    return {
      kind: 'invalid response',
      reason: `${service} sent something that is not a valid HTTP response.`,
    };
  }
  if (error instanceof errors.InvalidArgumentError) {
    return { kind: 'invalid request', reason: `The request to ${service} cannot be sent: ${error.message}.` };
  }
  return {
    kind: 'closed',
    reason: `${service} closed the connection before it answered${inBrackets(code)}.`,
  };
}

function connectWords(error: ConnectError, context: FailureContext): Words {
  const { cause, proxyStatus } = error;
  const proxy = error.proxy ?? context.proxy;
  if (cause instanceof PrivateAddressError) {
    return { kind: 'private address', reason: `${cause.message}, so nothing was sent.` };
  }
  if (proxy !== null) {
    return { kind: 'proxy', reason: proxyWords(proxy, proxyStatus, cause as Error, context) };
  }
  return peerWords(cause as Error, context.service, context.host, context.connectTimeoutMs);
}

/** How a proxy refused a request. */
export function refusalOf(proxy: ProxyServer, status: number, { service, host }: FailureContext): string {
  const name = proxyName(proxy);
  switch (status) {
    case 407:
      return `${name} refused the request to ${service} (407): it does not accept the user name and password. Correct them in ${proxy.variable}.`;
    case 403:
      return `${name} refused the request to ${service} (403): it does not allow ${host}. Allow it there, or add the host to NO_PROXY.`;
    default:
      return `${name} refused the request to ${service} (${status}): it could not connect to ${host}, or does not allow it.`;
  }
}

function proxyWords(
  proxy: ProxyServer,
  status: number | null,
  cause: Error,
  context: FailureContext,
): string {
  if (status !== null) {
    return refusalOf(proxy, status, context);
  }
  const place = `${proxy.hostname}:${proxy.port}`;
  const { reason } = peerWords(cause, `The proxy ${place}`, place, context.connectTimeoutMs);
  return `${reason} It is set in ${proxy.variable}.`;
}

function proxyName({ hostname, port }: ProxyServer): string {
  return `The proxy ${hostname}:${port}`;
}

/** Certificate errors of OpenSSL that mean an unknown issuer. https://docs.openssl.org/master/man1/openssl-verification-options/ */
const UNKNOWN_ISSUER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

const OTHER_CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired. Renew it; if it is valid, check this machine’s clock',
  CERT_NOT_YET_VALID: 'is not valid yet. Check this machine’s clock',
  CERT_REVOKED: 'was revoked. Renew it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name. Use the name that is in the certificate',
};

/** Why no connection to the other side, or to a proxy, came about. */
function peerWords(error: Error, service: string, host: string, timeoutMs: number): Words {
  const code = codeOf(error);
  const unreachable = (why: string): Words => ({
    kind: 'unreachable',
    reason: `${service} cannot be reached: ${why}.`,
  });
  if (code !== null && UNKNOWN_ISSUER.has(code)) {
    const reason = `The certificate of ${host} is not trusted (${code}). Use one of a public authority, or set NODE_EXTRA_CA_CERTS to the file of its authority.`;
    return { kind: 'certificate', reason };
  }
  if (code !== null && OTHER_CERTIFICATE[code] !== undefined) {
    return {
      kind: 'certificate',
      reason: `The certificate of ${host} ${OTHER_CERTIFICATE[code]} (${code}).`,
    };
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_FAIL':
      return { kind: 'name not found', reason: `The name of ${host} could not be resolved (${code}).` };
    case 'ECONNREFUSED':
      return unreachable(`nothing is listening${placed(' at ', host, service)} (${code})`);
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return unreachable(
        `no connection${placed(' to ', host, service)} within ${timeoutMs / 1000} s. A firewall may be dropping the packets`,
      );
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return { kind: 'tls', reason: tlsWords(error, host) };
    default:
      return code?.startsWith('ERR_SSL_') || code?.startsWith('ERR_TLS_')
        ? { kind: 'tls', reason: tlsWords(error, host) }
        : unreachable(
            `the connection${placed(' to ', host, service)} failed${inBrackets(code ?? error.message)}`,
          );
  }
}

/** OpenSSL describes a server that does not speak TLS as one with a wrong version, or a packet of odd length. */
function tlsWords(error: Error, host: string): string {
  return /wrong version number|packet length too long|record layer failure/i.test(error.message)
    ? `${host} answers without TLS: write http:// instead of https://, or use another port.`
    : `No TLS connection to ${host} (${codeOf(error) ?? error.message}).`;
}

/** Where, unless the sentence has named it already. */
function placed(word: string, host: string, service: string): string {
  return service.endsWith(host) ? '' : `${word}${host}`;
}

function inBrackets(text: string | null): string {
  return text === null || text === '' ? '' : ` (${text})`;
}

/** The code of an error, or of what caused it: of the first address that was tried if there were several. */
function codeOf(error: unknown): string | null {
  let current = error as { code?: unknown; cause?: unknown; errors?: unknown[] } | undefined;
  let code: string | null = null;
  for (let depth = 0; depth < 10 && typeof current === 'object' && current !== null; depth += 1) {
    code = typeof current.code === 'string' ? current.code : code;
    current = (current.cause ?? current.errors?.[0]) as typeof current;
  }
  return code;
}
