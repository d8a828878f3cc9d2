import ipaddr from 'ipaddr.js';
import { urlCredentials } from '../base/percent-decoding.ts';

/** A proxy for outgoing requests. */
export interface ProxyServer {
  /** The variable that names it, such as HTTPS_PROXY. */
  variable: string;
  protocol: 'http:' | 'https:';
  hostname: string;
  port: number;
  /** The value of ProxyServer-Authorization; null without credentials. */
  authorization: string | null;
}

/** Gives the proxy for a URL; null if it is reached directly. */
export type Proxies = (url: URL) => ProxyServer | null;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case; lower case wins, as in curl and undici. Without
 * HTTPS_PROXY, HTTP_PROXY is used for https too. Throws if a proxy's address cannot be used; see {@link proxyProblem}.
 */
export function readProxies(environment: Environment): Proxies {
  const http = readProxy(environment, 'HTTP_PROXY');
  const https = readProxy(environment, 'HTTPS_PROXY') ?? http;
  const isExcluded = readNoProxy(environment.no_proxy ?? environment.NO_PROXY ?? '');
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http;
    return proxy === null || isExcluded(url) ? null : proxy;
  };
}

/** A proxy's address cannot be used. The message says what to write and follows the variable's name. */
class ProxyAddressError extends Error {
  readonly variable: string;

  constructor(variable: string) {
    super(
      'It is not the address of an HTTP proxy. Write it as http://proxy.example.com:3128, and percent-encode @, / and # in its password.',
    );
    this.variable = variable;
  }
}

/** What is wrong with the proxies of the environment, and in which variable; null if nothing is. */
export function proxyProblem(environment: Environment): { variable: string; message: string } | null {
  try {
    readProxies(environment);
    return null;
  } catch (error) {
    const { variable, message } = error as ProxyAddressError;
    return { variable, message };
  }
}

function readProxy(environment: Environment, name: string): ProxyServer | null {
  const lower = name.toLowerCase();
  const variable = environment[lower] === undefined ? name : lower;
  const value = environment[variable]?.trim() ?? '';
  if (value === '') {
    return null;
  }
  // curl takes a proxy without a scheme as http://.
  const address = value.includes('://') ? value : `http://${value}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new ProxyAddressError(variable);
  }
  const { username, password } = urlCredentials(url);
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    variable,
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(url),
    authorization: username === '' && password === '' ? null : `Basic ${credentials}`,
  };
}

/** A URL's port, or its protocol's default. */
function portOf({ port, protocol }: Pick<URL, 'port' | 'protocol'>): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

/**
 * Reads NO_PROXY: entries separated by commas or spaces. `example.com` and `.example.com` match the host and its
 * subdomains, `*.example.com` the subdomains, `*` everything, `10.0.0.0/8` addresses; any but the last may end in a
 * port. As in curl and undici.
 */
function readNoProxy(text: string): (url: URL) => boolean {
  const rules = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map(readEntry);
  return (url) => {
    const host = plainHost(url.hostname);
    return rules.some((matches) => matches(host, portOf(url)));
  };
}

function readEntry(entry: string): (host: string, port: number) => boolean {
  if (entry.includes('/')) {
    return networkRule(entry);
  }
  const withPort = /^(?<host>\[[^\]]+\]|[^:]+):(?<port>\d+)$/.exec(entry)?.groups;
  const wantedPort = withPort === undefined ? null : Number(withPort.port);
  const pattern = plainHost(withPort?.host ?? entry);
  const name = pattern.replace(/^\*?\./, '');
  return (host, port) => {
    if (wantedPort !== null && wantedPort !== port) {
      return false;
    }
    const isSame = host === name && !pattern.startsWith('*');
    return name === '*' || isSame || host.endsWith(`.${name}`);
  };
}

function networkRule(entry: string): (host: string) => boolean {
  try {
    const network = ipaddr.parseCIDR(entry.replace(/^\[([^\]]+)\]/, '$1'));
    return (host) => {
      const address = ipaddr.isValid(host) ? ipaddr.process(host) : null;
      return address?.kind() === network[0].kind() && address.match(network as never);
    };
  } catch {
    return () => false;
  }
}

/** Lower case, without the brackets of IPv6 and the dot that ends a full name. */
function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/(.)\.$/, '$1');
}
