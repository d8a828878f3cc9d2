import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** The host is, or resolves to, an address that is not on the public internet. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor(host: string, address: string) {
    super(
      host === address
        ? `${host} is not a public address`
        : `${host} resolves to ${address}, which is not a public address`,
    );
  }
}

/**
 * Whether an IP address is on the public internet. Everything else counts as private: loopback, link-local (where
 * clouds keep their metadata), private and carrier networks, multicast, the unspecified address, and the ranges of
 * IPv6 that carry an IPv4 address inside. By the registries of IANA as ipaddr.js knows them.
 *
 * @param address IPv4 or IPv6, without brackets
 */
export function isPublicAddress(address: string): boolean {
  try {
    const known = ipaddr.process(address.replace(/%.*$/, ''));
    if (known.kind() === 'ipv6' && known.match(ipaddr.parse('::'), 96)) {
      return false;
    }
    return known.range() === 'unicast';
  } catch {
    return false;
  }
}

/**
 * Throws a {@link PrivateAddressError} if the host of a URL is itself an address that is not public. A name is
 * checked when it is resolved, by {@link publicLookup}.
 *
 * @param hostname as `URL` gives it: an IPv6 address may be in brackets
 */
export function assertPublicLiteral(hostname: string): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !isPublicAddress(address)) {
    throw new PrivateAddressError(address, address);
  }
}

/**
 * Resolves a name for a connection and gives public addresses only. The connection is made to what this gives, so
 * that no second resolution can lead it elsewhere.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const allowed = found.filter(({ address }) => isPublicAddress(address));
    const [first] = allowed;
    if (first === undefined) {
      callback(new PrivateAddressError(hostname, found[0]?.address ?? 'nothing'), '', 0);
    } else if (options.all) {
      callback(null, allowed);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

/** A public address of a host, which may be an address itself. Rejects with {@link PrivateAddressError} if it has none. */
export async function publicAddressOf(host: string): Promise<string> {
  assertPublicLiteral(host);
  return isIP(host) === 0 ? promisify(resolvePublic)(host) : host;
}

function resolvePublic(host: string, done: (error: Error | null, address: string) => void): void {
  publicLookup(host, {}, (error, address) => done(error, String(address)));
}
