import type { Configuration } from '../config/configuration.ts';
import { connectionDocument, contentOf, removedDocument } from '../config/stored/documents.ts';
import type {
  ConnectionKind,
  OpenDeliveries,
  StoredConnection,
  WrittenConnection,
} from '../contract/connection.ts';
import { type Conflict, type Drafted, drafted, draftFaults, plannedSave } from './connection-drafts.ts';
import { listed } from './connection-list.ts';
import { removalOf, routesWithout } from './connection-removal.ts';
import type { ConnectionServices } from './connection-services.ts';
import { type Kept, type Planned, writeChange } from './connection-writing.ts';
import type { ConnectionOperations, Saved } from './connections.ts';
import { OperationFault } from './fault.ts';

type Changes = Pick<
  ConnectionOperations,
  'saveDraft' | 'removal' | 'remove' | 'settleRemoved' | 'orderRoutes'
>;

const CHANGED_MEANWHILE =
  'Somebody else changed this meanwhile. Nothing was saved. Look at the current version, and make your change again.';
const REMOVED_MEANWHILE = 'Somebody else removed this meanwhile. Nothing was saved.';

/** The operations that change what is connected. */
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
        return refusal(result.refused, services);
      }
      const { connection, madeSecret } = saved as unknown as Drafted;
      return {
        result: 'saved',
        connection: listed(connectionOf(result.written, connection.id), services.unopened()),
        secret: madeSecret,
      };
    },

    removal: (kind, id) => removalOf(kind, id, services),

    async remove({ kind, id, version, deliveries }, by) {
      const { refusal: reason, open } = await removalOf(kind, id, services).catch((error) => {
        if (error instanceof OperationFault) {
          return { refusal: null, open: 0 };
        }
        throw error;
      });
      if (reason !== null) {
        return { result: 'faults', faults: [{ field: '', message: reason }] };
      }
      if (kind === 'destination' && open > 0 && deliveries === undefined) {
        const message = `Choose what happens to its ${open} open deliveries: they wait, move to another destination, or become dead letters.`;
        return { result: 'faults', faults: [{ field: 'deliveries', message }] };
      }
      let name = '';
      const result = await writeChange<Conflict>(services, by, (kept) => {
        const planned = plannedRemoval(
          kept,
          { id, version, deliveries: deliveries ?? { choice: 'wait' } },
          services,
        );
        name = 'conflict' in planned ? '' : planned.entry.name;
        return planned;
      });
      if ('refused' in result) {
        return refusal(result.refused, services);
      }
      await endPause(kind, name, deliveries, services);
      return { result: 'removed' };
    },

    async settleRemoved(name, deliveries, by) {
      const result = await writeChange<never>(services, by, ({ stored }) => {
        if (!stored.removed.some((each) => each.name === name)) {
          throw new OperationFault(`No removed destination is named “${name}”.`);
        }
        requireTarget(deliveries, name, services.configuration());
        return {
          put: [removedDocument(name, deliveries)],
          remove: [],
          entry: {
            change: 'changed',
            kind: 'destination',
            name,
            title: name,
            details: [deliveriesWords(deliveries)],
          },
        };
      });
      if ('refused' in result) {
        throw new OperationFault(result.refused.faults.map(({ message }) => message).join(' '));
      }
      await endPause('destination', name, deliveries, services);
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

/** Deliveries that move or are given up need not wait until a failing destination is tried again. */
async function endPause(
  kind: ConnectionKind,
  name: string,
  deliveries: OpenDeliveries | undefined,
  { ledger }: ConnectionServices,
): Promise<void> {
  if (kind === 'destination' && deliveries !== undefined && deliveries.choice !== 'wait') {
    await ledger.resume(name);
  }
}

function refusal(
  refused: { faults: { field: string; message: string }[] } | Conflict,
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

function connectionOf({ connections }: Configuration, id: string): WrittenConnection {
  return connections.find(({ setBy }) => setBy.by === 'console' && setBy.id === id) as WrittenConnection;
}

function plannedRemoval(
  kept: Kept,
  { id, version, deliveries }: { id: string; version: number; deliveries: OpenDeliveries },
  services: ConnectionServices,
): Planned | Conflict {
  const before = kept.stored.connections.find((each) => each.id === id) ?? null;
  if (before === null || before.version !== version) {
    return { conflict: before };
  }
  const { kind, name, title } = before;
  const isDestination = kind === 'destination';
  if (isDestination) {
    requireTarget(deliveries, name, services.configuration());
  }
  return {
    put: isDestination ? [removedDocument(name, deliveries), ...routesWithout(name, kept)] : [],
    remove: [{ kind, id }],
    entry: {
      change: 'removed',
      kind,
      name,
      title: title ?? name,
      details: isDestination ? [deliveriesWords(deliveries)] : [],
    },
  };
}

function requireTarget(deliveries: OpenDeliveries, name: string, { destinations }: Configuration): void {
  if (deliveries.choice === 'move') {
    const { to } = deliveries;
    if (to === name || !destinations.some((each) => each.name === to)) {
      throw new OperationFault(`Deliveries cannot be moved to “${to}”. Choose another destination.`);
    }
  }
}

function deliveriesWords(deliveries: OpenDeliveries): string {
  switch (deliveries.choice) {
    case 'wait':
      return 'open deliveries: wait';
    case 'move':
      return `open deliveries: moved to ${deliveries.to}`;
    case 'dead':
      return 'open deliveries: become dead letters';
  }
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
