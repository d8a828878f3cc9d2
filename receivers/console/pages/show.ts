import type { Request, Response } from 'express';
import type { ClientAddress } from '../../base/client-address.ts';
import type { ConnectionOperations } from '../../operations/connections.ts';
import type { DestinationReport } from '../../operations/destination-report.ts';
import type { Operations } from '../../operations/operations.ts';
import type { ZapierOperations } from '../../operations/zapier.ts';
import type { Access } from '../access/access.ts';
import { document, type Page, type PageContext } from './layout.ts';

/** What the pages work with. */
export interface PageServices {
  operations: Operations;
  zapier: ZapierOperations;
  connections: ConnectionOperations;
  addressOf: ClientAddress;
  access: Access;
  /** The public URL of the settings; null if it is not set. */
  publicUrl: string | null;
  now(): number;
}

/** Notices after an action, by the name in the address that it leads to. */
const NOTICES: Readonly<Record<string, string>> = {
  test: 'The test event was accepted. Its deliveries appear below.',
  replayed: 'Sending it again. Its deliveries appear below.',
  'tried-now': 'It is due now. Its next attempt appears below.',
  'not-waiting': 'It was not waiting anymore. Its state is below.',
  'span-replayed': 'Sending the events of this span again.',
  'letters-replayed': 'Sending again. Messages that fail once more come back here.',
  'letters-dismissed': 'Dismissed.',
  'tests-removed': 'The test experiences are removed.',
  'tests-left': 'Removed, except test experiences with a delivery that is not finished.',
  checked: 'The connection was checked.',
  muted: 'Saved. Muted checks are shown here, and not reported.',
  'lifecycle-requested': 'Requested. What came of it appears below in a moment.',
  resumed: 'The pause has ended.',
  'key-revoked': 'The key is revoked, and what was subscribed with it has ended.',
  'zap-ended': 'The subscription has ended.',
  'connection-saved': 'Saved. It works from now on.',
  'connection-removed': 'Removed.',
  'order-saved': 'The order is saved.',
  'order-changed': 'Someone else changed the routes. Here they are as they are now: move the route again.',
};

/** Answers with a page of the console. `make` gets what every page needs to know. */
export async function show(
  { operations, now }: Pick<PageServices, 'operations' | 'now'>,
  request: Request,
  response: Response,
  make: (context: PageContext) => Promise<Page> | Page,
): Promise<void> {
  const destinations = await operations.destinations();
  const context: PageContext = {
    role: response.locals.role,
    path: request.path,
    now: now(),
    destinations,
    dead: destinations.reduce((sum, { dead }) => sum + dead, 0),
    notice: NOTICES[String(request.query.done)] ?? null,
  };
  response.type('html').send(document(await make(context), context));
}

/** The address of the receiver as people reach it: the public URL, or else the one in the browser. */
export function baseUrl({ publicUrl }: Pick<PageServices, 'publicUrl'>, request: Request): string {
  const forwarded = String(request.headers['x-forwarded-proto'] ?? '')
    .split(',')[0]
    ?.trim();
  const { mountPath } = (request.res as Response).locals;
  return publicUrl ?? `${forwarded === 'https' ? 'https' : 'http'}://${request.headers.host}${mountPath}`;
}

/** The destinations that a person can send to. */
export function addressable(destinations: readonly DestinationReport[]): DestinationReport[] {
  return destinations.filter(({ internal, current }) => current && !internal);
}
