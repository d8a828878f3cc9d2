import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Gives the address of the client, without a port; empty if the connection is gone. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * @param proxies how many reverse proxies are in front. Each adds the address of its own client to X-Forwarded-For, so
 *   that many entries from the right can be trusted. Clients can write the others themselves.
 */
export function clientAddress(proxies: number): ClientAddress {
  return (request) => {
    const forwarded = proxies === 0 ? [] : String(request.headers['x-forwarded-for'] ?? '').split(',');
    const address = forwarded.slice(-proxies)[0]?.trim() ?? '';
    return isIP(address) === 0 ? (request.socket.remoteAddress ?? '') : address;
  };
}
