import type { StoredConnection, WrittenConnection } from '../contract/connection.ts';
import type { Conflict } from './connection-drafts.ts';
import { listed } from './connection-list.ts';
import type { ConnectionServices } from './connection-services.ts';
import type { DraftFault, Saved } from './connections.ts';

export const CHANGED_MEANWHILE =
  'Somebody else changed this meanwhile. Nothing was saved. Look at the current version, and make your change again.';

const REMOVED_MEANWHILE = 'Somebody else removed this meanwhile. Nothing was saved.';

/** What a person gets for a change that was not written. */
export function refusedChange(
  refused: { faults: DraftFault[] } | Conflict,
  services: ConnectionServices,
): Exclude<Saved, { result: 'saved' }> {
  if (!('conflict' in refused)) {
    return { result: 'faults', faults: refused.faults };
  }
  const { conflict } = refused;
  return {
    result: 'conflict',
    message: conflict === null ? REMOVED_MEANWHILE : CHANGED_MEANWHILE,
    current: conflict === null ? null : listed(writtenOf(conflict), services.unopened()),
  };
}

/** What is stored, as it is listed: this process may not have taken it over yet. */
function writtenOf({ id, version, title, name, kind, type, written }: StoredConnection): WrittenConnection {
  const setBy = { by: 'console', id, version } as const;
  return { kind, name, title: title ?? name, type, setBy, written, fixed: {}, faults: [] };
}
