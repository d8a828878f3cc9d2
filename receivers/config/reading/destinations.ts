import { z } from 'zod';
import { isRecord } from '../../../shared/events.ts';
import { suggestion } from '../../base/nearest.ts';
import type { SetBy, StoredConnection, WrittenConnection } from '../../contract/connection.ts';
import { type ConfiguredDestination, type DestinationKind, IN_CONSOLE } from '../../contract/destination.ts';
import type { SettingsFile } from '../file/file.ts';
import { destinationName } from '../settings/destination-name.ts';
import type { Fault } from '../values/faults.ts';
import type { Path } from '../values/path.ts';
import { child, layers } from '../values/schema-walk.ts';
import { entriesOf, inside, type Place, type Read, takenNames, validate } from '../values/validate.ts';
import { type Environment, variable } from '../values/variables.ts';
import { FIELDS, storedFaults } from './stored.ts';

/** What a destination takes from the receiver's settings unless its own say otherwise. */
export interface GeneralSettings {
  locale: string;
  timeZone: string;
}

/** The valid destinations, and the names of all that were listed. */
export type ReadDestinations = Read<ConfiguredDestination[]> & {
  names: string[];
  /** All of them as they are written. */
  connections: WrittenConnection[];
  /** Names of those of the console that cannot be opened: their deliveries wait. */
  held: string[];
};

interface Given {
  file: SettingsFile;
  environment: Environment;
  kinds: readonly DestinationKind[];
  general: GeneralSettings;
}

/**
 * The destinations of the settings file (if it has no list, those that the environment turns on) and those of the
 * console. If there are none, the preview.
 */
export function readDestinations(
  { file, environment, kinds, general }: Given,
  stored: readonly StoredConnection[],
): ReadDestinations {
  const { value: entries, faults } = entriesOf(file.content.destinations, inside(file, 'destinations'));
  const read =
    entries === null ? ofEnvironment(kinds, environment, general) : ofFile(kinds, entries, file, general);
  read.faults.push(...faults);
  addStored(read, stored, kinds, general);
  const preview = kinds.find(({ kind }) => kind === 'preview');
  if (read.names.length === 0 && preview !== undefined) {
    const listedIn = entries === null ? null : file.name;
    read.value.push({
      name: preview.kind,
      kind: preview,
      settings: preview.settings.parse({}),
      file: listedIn,
    });
    read.names.push(preview.kind);
    const where = 'Nothing is connected yet, so events are printed in the log.';
    read.connections.push(connection({ name: preview.kind, kind: preview }, {}, { by: 'receiver', where }));
  }
  return read;
}

/** Those of the console. One that is wrong here does not keep the receiver from starting: its deliveries wait. */
function addStored(
  all: ReadDestinations,
  stored: readonly StoredConnection[],
  kinds: readonly DestinationKind[],
  general: GeneralSettings,
): void {
  for (const each of stored.filter(({ kind }) => kind === 'destination')) {
    const { id, version, name, title, type, written } = each;
    const taken = all.connections.find((other) => other.name === name);
    const entry = { type, name, ...written };
    const { value, faults } = readDestination(kinds, entry, FIELDS, general);
    const wrong = storedFaults(each, taken, faults);
    const kind = kinds.find((known) => known.kind === type);
    const setBy = { by: 'console', id, version } as const;
    all.connections.push(connection({ name, title, kind, type }, written, setBy, wrong));
    if (wrong.length === 0 && value !== null) {
      all.value.push({ ...value, title, file: IN_CONSOLE });
      all.names.push(name);
    } else if (taken === undefined) {
      all.held.push(name);
      all.names.push(name);
    }
  }
}

function connection(
  {
    name,
    title,
    kind,
    type,
  }: { name: string; title?: string | null; kind?: DestinationKind; type?: string | null },
  written: Record<string, unknown>,
  setBy: SetBy,
  faults: Fault[] = [],
): WrittenConnection {
  const usual = kind === undefined || kind.kind === name ? (kind?.title ?? name) : `${kind.title} (${name})`;
  return {
    kind: 'destination',
    name,
    title: title ?? usual,
    type: kind?.kind ?? type ?? null,
    setBy,
    written,
    fixed: {},
    faults,
  };
}

/** One for each kind with any of its variables set, named after the kind. */
function ofEnvironment(
  kinds: readonly DestinationKind[],
  environment: Environment,
  general: GeneralSettings,
): ReadDestinations {
  const all: ReadDestinations = { value: [], names: [], faults: [], connections: [], held: [] };
  for (const kind of kinds) {
    const set = variablesOf(kind, environment);
    if (set.length === 0) {
      continue;
    }
    const written = Object.fromEntries(
      set.map((name) => [kind.environment[name], variable(environment, name)]),
    );
    const place: Place = { where: (path) => variableFor(kind, path, set), hidden: () => false };
    const { value, faults } = validate(kind.settings, withGeneral(kind, written, general), place);
    all.names.push(kind.kind);
    all.connections.push(
      connection({ name: kind.kind, kind }, written, { by: 'environment', where: set.join(', ') }),
    );
    all.faults.push(...faults.map((fault) => withReason(fault, kind, set)));
    if (value !== null) {
      all.value.push({ name: kind.kind, kind, settings: value, file: null });
    }
  }
  return all;
}

/** The environment variables of a kind that are set. */
export function variablesOf(kind: DestinationKind, environment: Environment): string[] {
  return Object.keys(kind.environment).filter((name) => variable(environment, name) !== undefined);
}

function variableFor(kind: DestinationKind, path: Path, set: readonly string[]): string {
  const name = Object.keys(kind.environment).find((each) => kind.environment[each] === path[0]);
  return name ?? (path.length === 0 ? set.join(', ') : `${kind.title}: ${String(path[0])}`);
}

function withReason({ where, message }: Fault, kind: DestinationKind, set: readonly string[]): Fault {
  return set.includes(where)
    ? { where, message }
    : { where, message: `${message} (${set.join(', ')} turned on ${kind.title}.)` };
}

function ofFile(
  kinds: readonly DestinationKind[],
  entries: readonly unknown[],
  file: SettingsFile,
  general: GeneralSettings,
): ReadDestinations {
  const place = inside(file, 'destinations');
  const all: ReadDestinations = { value: [], names: [], faults: [], connections: [], held: [] };
  const names = entries.map((entry, index) => {
    const { value, faults, name } = readDestination(kinds, entry, inside(place, index), general);
    all.faults.push(...faults);
    const { type: _, name: __, ...written } = isRecord(entry) ? entry : {};
    const setBy = { by: 'file', where: place.where([index]) } as const;
    all.connections.push(connection({ name: name ?? '', kind: value?.kind }, written, setBy));
    if (value !== null) {
      all.value.push({ ...value, file: file.name });
    }
    return name;
  });
  all.names.push(...names.filter((name) => name !== undefined));
  all.faults.push(...takenNames(names, place));
  return all;
}

const destinationType = z.string({ error: 'Write the kind of destination, such as slack.' });

function readDestination(
  kinds: readonly DestinationKind[],
  entry: unknown,
  place: Place,
  general: GeneralSettings,
): Read<Omit<ConfiguredDestination, 'file'> | null> & { name?: string } {
  const { type: writtenType, name: writtenName, ...written } = isRecord(entry) ? entry : {};
  const type = validate(destinationType, writtenType, inside(place, 'type'));
  const named = validate(destinationName.optional(), writtenName, inside(place, 'name'));
  const kind = kinds.find((each) => each.kind === type.value);
  const faults = [...type.faults, ...named.faults];
  const name = named.value ?? type.value ?? undefined;
  if (type.value !== null && kind === undefined) {
    const known = kinds.map((each) => each.kind);
    const guess = suggestion(type.value, known) || ` Write one of ${known.join(', ')}.`;
    const message = `There is no destination of the type “${type.value}”.${guess}`;
    faults.push({ where: place.where(['type']), message });
  }
  if (kind === undefined) {
    return { value: null, faults, name };
  }
  const { value, faults: further } = validate(kind.settings, withGeneral(kind, written, general), place);
  const destination = value === null || name === undefined ? null : { name, kind, settings: value };
  return { value: destination, faults: [...faults, ...further], name };
}

/** Fields that have a default of their own kind, such as `timeZone`, default to the receiver's setting. */
function withGeneral(
  kind: DestinationKind,
  written: Record<string, unknown>,
  general: GeneralSettings,
): Record<string, unknown> {
  const inherited = Object.entries(general).filter(([field]) => {
    const schema = child(kind.settings, field);
    return schema !== null && layers(schema).some((layer) => layer instanceof z.ZodDefault);
  });
  return { ...Object.fromEntries(inherited), ...written };
}
