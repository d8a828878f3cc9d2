import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Tells where a request comes from: an address without a port, empty where the connection is gone. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * @param proxies how many reverse proxies stand in front. Each adds to X-Forwarded-For from whom it has the
 *   request, so that as many entries, from the right, are theirs; what stands before them anybody may have written.
 */
export function clientAddress(proxies: number): ClientAddress {
  return (request) => {
    const told = proxies === 0 ? [] : String(request.headers['x-forwarded-for'] ?? '').split(',');
    const address = told.slice(-proxies)[0]?.trim() ?? '';
    return isIP(address) === 0 ? (request.socket.remoteAddress ?? '') : address;
  };
}
