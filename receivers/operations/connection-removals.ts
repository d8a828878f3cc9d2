import { removedDocument } from '../config/stored/documents.ts';
import type { ConnectionKind, OpenDeliveries } from '../contract/connection.ts';
import type { Conflict } from './connection-drafts.ts';
import { refusedChange } from './connection-refusals.ts';
import { removalOf, routesWithout, setElsewhere } from './connection-removal.ts';
import type { ConnectionServices } from './connection-services.ts';
import { type Kept, type Planned, writeChange } from './connection-writing.ts';
import type { ConnectionOperations } from './connections.ts';
import { OperationFault } from './fault.ts';

/** The operations that remove what is connected, and decide about open deliveries. */
export function removalOperations(
  services: ConnectionServices,
): Pick<ConnectionOperations, 'removal' | 'remove' | 'settleRemoved'> {
  return {
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
        return refusedChange(result.refused, services);
      }
      await endPause(kind, name, deliveries, services);
      return { result: 'removed' };
    },

    async settleRemoved(name, deliveries, by) {
      const result = await writeChange<never>(services, by, (kept) => {
        if (!kept.stored.removed.some((each) => each.name === name)) {
          throw new OperationFault(`No removed destination is named “${name}”.`);
        }
        requireTarget(deliveries, name, kept, services);
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
  const endsDestination = kind === 'destination' && setElsewhere(name, services.configuration()) === null;
  if (endsDestination) {
    requireTarget(deliveries, name, kept, services);
  }
  return {
    put: endsDestination ? [removedDocument(name, deliveries), ...routesWithout(name, kept)] : [],
    remove: [{ kind, id }],
    entry: {
      change: 'removed',
      kind,
      name,
      title: title ?? name,
      details: endsDestination ? [deliveriesWords(deliveries)] : [],
    },
  };
}

/** Another process may have removed the target just now: two that move to each other would never end. */
function requireTarget(
  deliveries: OpenDeliveries,
  name: string,
  { stored }: Kept,
  { configuration }: Pick<ConnectionServices, 'configuration'>,
): void {
  if (deliveries.choice === 'move') {
    const { to } = deliveries;
    const now = configuration().withStored(stored);
    const exists = now.ok && now.configuration.destinations.some((each) => each.name === to);
    if (to === name || !exists) {
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
