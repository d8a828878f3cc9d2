import type { Known, Route } from '../../routes/route.ts';
import { routeSettings } from '../../routes/settings.ts';
import {
  entriesOf,
  inside,
  nameOf,
  type Place,
  type Read,
  takenNames,
  validate,
} from '../values/validate.ts';

/** The routes of the settings file. Without any, one route that sends every event to every destination. */
export function readRoutes(list: unknown, place: Place, known: Known): Read<Route[]> {
  const { value: entries, faults } = entriesOf(list, place);
  const schema = routeSettings(known);
  if (entries === null) {
    return { value: [schema.parse({ name: 'all events', to: known.destinations })], faults };
  }
  faults.push(...takenNames(entries.map(nameOf), place));
  const routes = entries.flatMap((entry, index) => {
    const read = validate(schema, entry, inside(place, index));
    faults.push(...read.faults);
    return read.value === null ? [] : [read.value];
  });
  return { value: routes, faults };
}
