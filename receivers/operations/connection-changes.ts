import type { Configuration } from '../config/configuration.ts';
import { connectionDocument, contentOf } from '../config/stored/documents.ts';
import type { WrittenConnection } from '../contract/connection.ts';
import { type Drafted, drafted, draftFaults, plannedSave } from './connection-drafts.ts';
import { listed } from './connection-list.ts';
import { CHANGED_MEANWHILE, refusedChange } from './connection-refusals.ts';
import type { ConnectionServices } from './connection-services.ts';
import { type Kept, type Planned, writeChange } from './connection-writing.ts';
import type { ConnectionOperations } from './connections.ts';

type Changes = Pick<ConnectionOperations, 'saveDraft' | 'orderRoutes'>;

/** The operations that add, change and order what is connected. */
export function changeOperations(services: ConnectionServices): Changes {
  return {
    async saveDraft(draft, by) {
      let saved: Drafted | null = null;
      const result = await writeChange(services, by, (kept) => {
        const put = drafted(draft, kept, services.configuration());
        if ('conflict' in put) {
          return put;
        }
        saved = put;
        const faults = draftFaults(put, services.configuration());
        return faults.length > 0 ? { faults } : plannedSave(put, kept, services.key);
      });
      if ('refused' in result) {
        return refusedChange(result.refused, services);
      }
      const { connection, madeSecret } = saved as unknown as Drafted;
      return {
        result: 'saved',
        connection: listed(connectionOf(result.written, connection.id), services.unopened()),
        secret: madeSecret,
      };
    },

    async orderRoutes(ids, version, by) {
      const result = await writeChange<{ moved: true }>(services, by, (kept) =>
        plannedOrder(kept, ids, version, services),
      );
      if (!('refused' in result)) {
        return { result: 'saved' };
      }
      return 'moved' in result.refused
        ? { result: 'conflict', message: CHANGED_MEANWHILE, current: null }
        : { result: 'faults', faults: result.refused.faults };
    },
  };
}

function connectionOf({ connections }: Configuration, id: string): WrittenConnection {
  return connections.find(({ setBy }) => setBy.by === 'console' && setBy.id === id) as WrittenConnection;
}

function plannedOrder(
  kept: Kept,
  ids: readonly string[],
  version: number,
  { key }: Pick<ConnectionServices, 'key'>,
): Planned | { moved: true } {
  const routes = kept.documents.filter(({ kind }) => kind === 'route');
  const isWhole = routes.length === ids.length && routes.every(({ id }) => ids.includes(id));
  if (kept.revision !== version || !isWhole) {
    return { moved: true };
  }
  const put = ids.map((id, index) => {
    const document = routes.find((each) => each.id === id) as (typeof routes)[0];
    const { name, title, type, values, sealed } = contentOf(document);
    const moved = {
      kind: 'route',
      id,
      name,
      title,
      type,
      written: values,
      sealed,
      position: index + 1,
    } as const;
    return connectionDocument(moved, () => false, key);
  });
  const names = put.map((document) => contentOf(document).name);
  const details = [`order: ${names.join(', ')}`];
  return {
    put,
    remove: [],
    entry: { change: 'moved', kind: 'route', name: 'routes', title: 'Routes', details },
  };
}
