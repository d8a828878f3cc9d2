import type { StoredConnection, WrittenConnection } from '../../contract/connection.ts';
import type { Fault } from '../values/faults.ts';
import { pathText } from '../values/path.ts';
import type { Place } from '../values/validate.ts';

/** Names the fields of what was set in the console. */
export const FIELDS: Place = { where: pathText, hidden: () => false };

/**
 * Why something that was set in the console does not work. Two places must not set one name: what the file or the
 * environment sets counts.
 *
 * @param taken what has its name already
 * @param read the faults of its fields
 */
export function storedFaults(
  { unreadable }: Pick<StoredConnection, 'unreadable'>,
  taken: WrittenConnection | undefined,
  read: readonly Fault[],
): Fault[] {
  if (taken !== undefined) {
    const where = taken.setBy.by === 'console' ? 'the console' : taken.setBy.where;
    const message = `The name “${taken.name}” is also set by ${where}, which counts. Remove one of the two.`;
    return [{ where: 'name', message }];
  }
  return unreadable === null
    ? [...read]
    : unreadable.fields.map((field) => ({ where: field, message: unreadable.why }));
}
