import type { Configuration } from '../config/configuration.ts';
import { changeOperations } from './connection-changes.ts';
import { connectionForms } from './connection-forms.ts';
import { listConnections } from './connection-list.ts';
import { removalOperations } from './connection-removals.ts';
import type { ConnectionServices } from './connection-services.ts';
import { trialOperations } from './connection-trials.ts';
import type { KeptEntry } from './connection-writing.ts';
import { connectionsAsYaml } from './connection-yaml.ts';
import type { ConnectionOperations } from './connections.ts';

/** The operations on sources, destinations and routes of a running receiver. */
export function openConnections(services: ConnectionServices): ConnectionOperations {
  const { ledger } = services;
  return {
    async connections() {
      return listConnections(services.configuration(), services.unopened(), await ledger.depths(), [
        ...connectionWarnings(services),
        ...keyAdvice(services.configuration()),
      ]);
    },
    connectionForms: async () => connectionForms(),
    ...trialOperations(services),
    ...changeOperations(services),
    ...removalOperations(services),
    async connectionChanges({ before, limit }) {
      const lines = await ledger.settings.log({ before: before ?? null, limit });
      return lines.map(({ revision, at, entry }) => ({ revision, at, ...(JSON.parse(entry) as KeptEntry) }));
    },
    connectionsAsYaml: async () => connectionsAsYaml(services.configuration().stored),
  };
}

/** What a person should know about what is connected, in sentences; empty if all of it works. */
export function connectionWarnings({
  configuration,
  unopened,
  problem,
}: Pick<ConnectionServices, 'configuration' | 'unopened' | 'problem'>): string[] {
  const { connections } = configuration();
  const own = problem();
  const broken = connections
    .filter(({ faults }) => faults.length > 0)
    .map(
      ({ kind, name, faults }) =>
        `The ${kind} “${name}” of the console does not work. ${faults.map(({ message }) => message).join(' ')}`,
    );
  const closed = [...unopened()].map(([name, why]) => `The destination “${name}” does not work. ${why}`);
  return [...(own === null ? [] : [own]), ...broken, ...closed];
}

function keyAdvice({ storage }: Configuration): string[] {
  const hasNoKey = storage.databaseUrl !== null && storage.settingsKey.length === 0;
  return hasNoKey
    ? ['To save secrets in the console, set SETTINGS_KEY, the same on every machine that uses this database.']
    : [];
}
