import type { Request, Response } from 'express';
import type { ClientAddress } from '../../base/client-address.ts';
import type { Author } from '../../operations/connections.ts';
import type { Role } from './session.ts';

/** Who sent a request that was admitted, for the audit log. */
export function authorOf(
  request: Request,
  response: Response,
  via: Author['via'],
  addressOf: ClientAddress,
): Author {
  return { role: response.locals.role as Role, via, address: addressOf(request) };
}
