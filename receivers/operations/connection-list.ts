import type { Configuration } from '../config/configuration.ts';
import { sourceSettings } from '../config/settings/sources.ts';
import { child, isSecret } from '../config/values/schema-walk.ts';
import type { ConnectionKind, WrittenConnection } from '../contract/connection.ts';
import type { QueueDepth } from '../contract/ledger-reader.ts';
import { DESTINATION_KINDS } from '../destinations/index.ts';
import type { Connection, Connections } from './connections.ts';

/** Everything that is connected under these settings, without secrets. */
export function listConnections(
  { connections, routing, stored }: Pick<Configuration, 'connections' | 'routing' | 'stored'>,
  unopened: ReadonlyMap<string, string>,
  depths: readonly QueueDepth[],
  warnings: readonly string[],
): Connections {
  const ofKind = (kind: ConnectionKind) =>
    connections.filter((each) => each.kind === kind).map((each) => listed(each, unopened));
  return {
    sources: ofKind('source'),
    destinations: ofKind('destination'),
    routes: ofKind('route'),
    routing: routing.mode,
    removed: stored.removed.map(({ name, deliveries }) => ({
      name,
      deliveries,
      open: depths.find(({ destination }) => destination === name)?.open ?? 0,
    })),
    version: stored.revision,
    warnings: [...warnings],
  };
}

/** A connection for people: its secrets are only named. */
export function listed(
  { written, faults, ...connection }: WrittenConnection,
  unopened?: ReadonlyMap<string, string>,
): Connection {
  const entries = Object.entries(written).filter(([, value]) => value !== null && value !== undefined);
  const [secrets, values] = [true, false].map((wanted) =>
    entries.filter(([field]) => isSecretField(connection, field) === wanted),
  ) as [typeof entries, typeof entries];
  const problems = faults.map(({ where, message }) => (where === '' ? message : `${where}: ${message}`));
  const isOpen = connection.kind !== 'destination' || unopened?.has(connection.name) !== true;
  return {
    ...connection,
    values: Object.fromEntries(values),
    secrets: secrets.map(([field]) => field),
    problem: isOpen ? problems.join(' ') || null : (unopened?.get(connection.name) ?? null),
  };
}

/** Whether a field of a source or destination is a secret. */
export function isSecretField(
  { kind, type }: Pick<WrittenConnection, 'kind' | 'type'>,
  field: string,
): boolean {
  const settings =
    kind === 'source' ? sourceSettings : DESTINATION_KINDS.find((each) => each.kind === type)?.settings;
  const schema = settings === undefined || kind === 'route' ? null : child(settings, field);
  return schema !== null && isSecret(schema);
}
