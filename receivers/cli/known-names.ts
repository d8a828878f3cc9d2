import type { Operations } from '../operations/operations.ts';

/** Says that a name is unknown, and which are known. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  return `There is no ${what} “${name}”. Known: ${known.join(', ')}.`;
}

/** Rejects, with the known ones, if one of these is not a destination of the receiver. */
export async function requireDestinations(
  names: readonly string[],
  operations: Pick<Operations, 'destinations'>,
): Promise<void> {
  const known = (await operations.destinations()).map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(unknownName('destination', unknown, known));
  }
}

/**
 * Rejects if events are filtered by a source or a destination that does not exist. One of earlier settings counts as
 * long as it has events.
 */
export async function requireFilterNames(
  { source, destination }: { source?: string; destination?: string },
  operations: Pick<Operations, 'destinations' | 'events' | 'setUp'>,
): Promise<void> {
  const hasEvents = async (filter: { source?: string; destination?: string }) =>
    (await operations.events({ ...filter, limit: 1 })).length > 0;
  if (destination !== undefined && !(await hasEvents({ destination }))) {
    await requireDestinations([destination], operations);
  }
  if (source !== undefined && !(await hasEvents({ source }))) {
    const known = (await operations.setUp()).sources.map(({ name }) => name);
    if (!known.includes(source)) {
      throw new Error(unknownName('source', source, known));
    }
  }
}
