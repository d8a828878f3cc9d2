import type { Command } from 'commander';
import type { Operations } from '../operations/operations.ts';
import { type AccessOptions, settingsOf } from './receiver-access.ts';

/** What is said of a name that there is not. */
export function unknownName(what: string, name: string, known: readonly string[]): string {
  return `There is no ${what} “${name}”. Known: ${known.join(', ')}.`;
}

/** Rejects, in a sentence with the known ones, where one of these is no destination of the receiver. */
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
 * Rejects where events are narrowed down by a source or a destination that there is not. One of earlier settings
 * counts as long as there are events of it; the sources of a receiver elsewhere are not known here.
 */
export async function requireFilterNames(
  { source, destination, url }: AccessOptions & { source?: string; destination?: string },
  operations: Pick<Operations, 'destinations' | 'events'>,
  command: Command,
): Promise<void> {
  const hasEvents = async (filter: { source?: string; destination?: string }) =>
    (await operations.events({ ...filter, limit: 1 })).length > 0;
  if (destination !== undefined && !(await hasEvents({ destination }))) {
    await requireDestinations([destination], operations);
  }
  if (source !== undefined && url === undefined && !(await hasEvents({ source }))) {
    const known = settingsOf(command).sources.map(({ name }) => name);
    if (!known.includes(source)) {
      throw new Error(unknownName('source', source, known));
    }
  }
}
