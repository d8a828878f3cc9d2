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

/**
 * The sources of the settings file. The environment overrides the secrets and token of the source `default`, which is
 * the only source if the file lists none. The names are those of all that were listed.
 */
export function readSources(
  list: unknown,
  place: Place,
  environment: Environment,
): Read<Source[]> & { names: string[] } {
  const { value: entries, faults } = entriesOf(list, place);
  const sources: Source[] = [];
  const given = fromEnvironment(environment);
  const written = (entries ?? []).map((entry) => nameOf(entry));
  entries?.forEach((entry, index) => {
    const read = validate(sourceSettings, entry, inside(place, index));
    faults.push(...read.faults);
    if (read.value !== null) {
      sources.push(read.value.name === DEFAULT_SOURCE ? { ...read.value, ...given.value } : read.value);
    }
  });
  if (!written.includes(DEFAULT_SOURCE) && (entries === null || Object.keys(given.value).length > 0)) {
    sources.unshift({ ...sourceSettings.parse({ name: DEFAULT_SOURCE }), ...given.value });
    written.unshift(DEFAULT_SOURCE);
  }
  faults.push(...given.faults, ...takenNames((entries ?? []).map(nameOf), place));
  return { value: sources, faults, names: written.filter((name) => name !== undefined) };
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
