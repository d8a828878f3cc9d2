import { isRecord } from '../../../shared/events.ts';
import type { SetBy, StoredConnection, WrittenConnection } from '../../contract/connection.ts';
import type { Known, Route } from '../../routes/route.ts';
import { routeSettings } from '../../routes/settings.ts';
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
import { FIELDS, storedFaults } from './stored.ts';

/** The valid routes, and all of them as they are written. */
export type ReadRoutes = Read<Route[]> & { connections: WrittenConnection[] };

/**
 * The routes of the settings file, then those of the console. Without any, one route that sends every event to every
 * destination.
 *
 * @param known what the route that is there without any sends to
 * @param named what routes may name; null if that is not known yet
 */
export function readRoutes(
  list: unknown,
  place: Place,
  known: Known,
  { named, stored }: { named: Known | null; stored: readonly StoredConnection[] },
): ReadRoutes {
  const { value: entries, faults } = entriesOf(list, place);
  const routes: Route[] = [];
  const connections: WrittenConnection[] = [];
  faults.push(...takenNames((entries ?? []).map(nameOf), place));
  entries?.forEach((entry, index) => {
    const read = validate(routeSettings(named), entry, inside(place, index));
    faults.push(...read.faults);
    routes.push(...(read.value === null ? [] : [read.value]));
    const { name: _, ...written } = isRecord(entry) ? entry : {};
    const setBy = { by: 'file', where: place.where([index]) } as const;
    connections.push(connection(nameOf(entry) ?? '', written, setBy));
  });
  for (const each of stored.filter(({ kind }) => kind === 'route')) {
    const { route, faults: wrong } = storedRoute(each, known, connections);
    routes.push(...(route === null ? [] : [route]));
    const { id, version, name, written } = each;
    connections.push(connection(name, written, { by: 'console', id, version }, wrong));
  }
  if (entries === null && connections.length === 0) {
    const name = 'all events';
    routes.push(routeSettings(known).parse({ name, to: known.destinations }));
    const where = 'Without a route, every event goes to every destination.';
    connections.push(connection(name, { to: [...known.destinations] }, { by: 'receiver', where }));
  }
  return { value: routes, faults, connections };
}

/** A route of the console keeps sending to the destinations that are there, if others of it are not. */
function storedRoute(
  { name, written, unreadable }: StoredConnection,
  known: Known,
  others: readonly WrittenConnection[],
): { route: Route | null; faults: Fault[] } {
  const taken = others.find((other) => other.name === name);
  if (taken !== undefined) {
    return { route: null, faults: storedFaults({ unreadable }, taken, []) };
  }
  const whole = validate(routeSettings(known), { name, ...written }, FIELDS);
  const to = Array.isArray(written.to) ? written.to.filter((each) => known.destinations.includes(each)) : [];
  const rest = to.length === 0 ? null : validate(routeSettings(known), { name, ...written, to }, FIELDS);
  return { route: whole.value ?? rest?.value ?? null, faults: whole.faults };
}

function connection(
  name: string,
  written: Record<string, unknown>,
  setBy: SetBy,
  faults: Fault[] = [],
): WrittenConnection {
  return { kind: 'route', name, title: name, type: null, setBy, written, fixed: {}, faults };
}
