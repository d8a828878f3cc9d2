import type { Destination } from '../../../../receivers/contract/destination.ts';
import { http } from '../../../../receivers/destinations/http/definition.ts';
import { openKind } from '../common/opened.ts';

/** Opens the destination with settings as the environment would give them; private addresses are allowed. */
export function opened(settings: Record<string, unknown>): Promise<Destination> {
  return openKind(http, { allowPrivate: 'true', ...settings });
}
