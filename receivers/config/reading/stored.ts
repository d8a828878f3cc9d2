import type { StoredConnection, WrittenConnection } from '../../contract/connection.ts';
import type { Fault } from '../values/faults.ts';
import { pathText } from '../values/path.ts';
import type { Place } from '../values/validate.ts';

/** Names the fields of what was set in the console. */
export const FIELDS: Place = { where: pathText, hidden: () => false };

/** Why something that was set in the console does not work, in sentences; null if nothing is wrong. */
export function problemOf({ unreadable }: StoredConnection, faults: readonly Fault[]): string | null {
  if (unreadable !== null) {
    return unreadable.why;
  }
  return faults.length === 0 ? null : faults.map(faultWords).join(' ');
}

function faultWords({ where, message }: Fault): string {
  return where === '' ? message : `${where}: ${message}`;
}

/** Two places must not set one name: what the file or the environment sets counts. */
export function takenName({ name, setBy }: WrittenConnection): string {
  const where = setBy.by === 'console' ? 'the console' : setBy.where;
  return `The name “${name}” is also set by ${where}, which counts. Remove one of the two.`;
}
