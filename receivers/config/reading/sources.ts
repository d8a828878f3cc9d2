import { isRecord } from '../../../shared/events.ts';
import type { SetBy, StoredConnection, WrittenConnection } from '../../contract/connection.ts';
import { DEFAULT_SOURCE, type Source } from '../../contract/source.ts';
import { SOURCE_ENVIRONMENT, sourceSettings } from '../settings/sources.ts';
import type { Fault } from '../values/faults.ts';
import {
  entriesOf,
  inside,
  nameOf,
  type Place,
  type Read,
  takenNames,
  validate,
} from '../values/validate.ts';
import { type Environment, variable } from '../values/variables.ts';
import { FIELDS, storedFaults } from './stored.ts';

/** The valid sources, and the names of all that were listed. */
export type ReadSources = Read<Source[]> & {
  names: string[];
  /** All of them as they are written. */
  connections: WrittenConnection[];
  /** Names of those of the console that cannot be used now. */
  held: string[];
};

/**
 * The sources of the settings file and of the console. The environment overrides the secrets and token of the source
 * `default`, which is the only source if there are no others. The names are those of all that were listed.
 */
export function readSources(
  list: unknown,
  place: Place,
  environment: Environment,
  stored: readonly StoredConnection[] = [],
): ReadSources {
  const { value: entries, faults } = entriesOf(list, place);
  const all: ReadSources = { value: [], faults, names: [], connections: [], held: [] };
  const given = fromEnvironment(environment);
  entries?.forEach((entry, index) => {
    const read = validate(sourceSettings, entry, inside(place, index));
    faults.push(...read.faults);
    all.value.push(...(read.value === null ? [] : [withGiven(read.value, given.value)]));
    const name = nameOf(entry) ?? '';
    const setBy = { by: 'file', where: place.where([index]) } as const;
    all.connections.push(connection({ name, title: read.value?.title }, entry, setBy, environment));
  });
  faults.push(...given.faults, ...takenNames((entries ?? []).map(nameOf), place));
  addStored(all, stored, given.value, environment);
  const isGiven = Object.keys(given.value).length > 0;
  const isNamed = all.connections.some(({ name }) => name === DEFAULT_SOURCE);
  if (!isNamed && (isGiven || entries === null)) {
    all.value.unshift({ ...sourceSettings.parse({ name: DEFAULT_SOURCE }), ...given.value });
    all.connections.unshift(defaultConnection(environment));
  }
  all.names.push(...all.connections.map(({ name }) => name).filter((name) => name !== ''));
  return all;
}

function withGiven(source: Source, given: Partial<Source>): Source {
  return source.name === DEFAULT_SOURCE ? { ...source, ...given } : source;
}

/** Those of the console. One that is wrong here does not keep the receiver from starting. */
function addStored(
  all: ReadSources,
  stored: readonly StoredConnection[],
  given: Partial<Source>,
  environment: Environment,
): void {
  for (const each of stored.filter(({ kind }) => kind === 'source')) {
    const { id, version, name, title, written, unreadable } = each;
    const taken = all.connections.find((other) => other.name === name);
    const entry = { ...written, name, ...(title !== null && { title }) };
    const read = validate(sourceSettings, withoutGiven(entry, given), FIELDS);
    const wrong = storedFaults(each, taken, read.faults);
    const setBy = { by: 'console', id, version } as const;
    all.connections.push(connection({ name, title: title ?? name }, written, setBy, environment, wrong));
    if (taken === undefined && read.value !== null && !unreadable?.fields.includes('secrets')) {
      all.value.push(withGiven(read.value, given));
    } else if (taken === undefined) {
      all.held.push(name);
    }
  }
}

/** The environment’s secrets stand in for those that are missing. */
function withoutGiven(entry: Record<string, unknown>, given: Partial<Source>): Record<string, unknown> {
  return entry.name === DEFAULT_SOURCE ? { ...entry, ...given } : entry;
}

function connection(
  { name, title = name }: { name: string; title?: string },
  entry: unknown,
  setBy: SetBy,
  environment: Environment,
  faults: Fault[] = [],
): WrittenConnection {
  const { name: _, title: __, ...written } = isRecord(entry) ? entry : {};
  const fixed = name === DEFAULT_SOURCE ? variablesByField(environment) : {};
  return { kind: 'source', name, title, type: null, setBy, written, fixed, faults };
}

/** The source that there is without any other. */
function defaultConnection(environment: Environment): WrittenConnection {
  const fixed = variablesByField(environment);
  const variables = Object.values(fixed);
  const setBy: SetBy =
    variables.length > 0
      ? { by: 'environment', where: variables.join(', ') }
      : { by: 'receiver', where: 'The receiver made its secret.' };
  const name = DEFAULT_SOURCE;
  return { kind: 'source', name, title: name, type: null, setBy, written: {}, fixed, faults: [] };
}

/** The fields of the source `default` that the environment sets, and their variables. */
function variablesByField(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SOURCE_ENVIRONMENT)
      .filter(([name]) => variable(environment, name) !== undefined)
      .map(([name, field]) => [field, name]),
  );
}

function fromEnvironment(environment: Environment): Read<Partial<Source>> {
  const fields = Object.entries(SOURCE_ENVIRONMENT);
  const written = fields.flatMap(([name, field]) => {
    const value = variable(environment, name);
    return value === undefined ? [] : [[field, value] as const];
  });
  const place: Place = {
    where: ([field]) => fields.find((each) => each[1] === field)?.[0] ?? DEFAULT_SOURCE,
    hidden: () => true,
  };
  const read = validate(sourceSettings, { ...Object.fromEntries(written), name: DEFAULT_SOURCE }, place);
  const value = Object.fromEntries(written.map(([field]) => [field, read.value?.[field]]));
  return { value: read.value === null ? {} : value, faults: [...read.faults, ...noSecret(value, place)] };
}

/** An empty list, such as a lone comma, does not mean “make a secret for me”. */
function noSecret({ secrets }: Partial<Source>, place: Place): Fault[] {
  const message = 'It has no secret. Write the secret, or several with commas between them.';
  return secrets?.length === 0 ? [{ where: place.where(['secrets']), message }] : [];
}
