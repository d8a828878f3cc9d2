import type { z } from 'zod';
import { fitsPattern } from '../routes/pattern.ts';
import { type Route, routeSettings } from '../routes/route.ts';
import type { Fault } from './faults.ts';
import { nearest, suggestion } from './nearest.ts';
import { entriesOf, inside, nameOf, type Place, type Read, takenNames, validate } from './validate.ts';

/** What routes may name. */
export interface Known {
  destinations: readonly string[];
  sources: readonly string[];
}

/** The values that Intelligems documents; others may come, so that only a near miss of one is a fault. */
const DOCUMENTED = {
  types: [
    'content/advanced',
    'content/onsiteEdits',
    'content/url',
    'content/theme',
    'content/template',
    'personalization',
    'personalization/offer',
    'pricing',
    'checkoutBlock',
    'shipping',
    'sitewide',
    'postPurchase',
    'onsiteUpsell',
  ],
  categories: ['experiment', 'personalization'],
  statuses: ['pending', 'started', 'paused', 'ended'],
} as const;

/** The routes of the settings file; where it has none, one that sends every event everywhere. */
export function readRoutes(list: unknown, place: Place, known: Known): Read<Route[]> {
  const { value: entries, faults } = entriesOf(list, place);
  if (entries === null) {
    return { value: [everyEvent(known.destinations)], faults };
  }
  faults.push(...takenNames(entries.map(nameOf), place));
  const routes = entries.flatMap((entry, index) => {
    const read = validate(routeSettings, entry, inside(place, index));
    faults.push(...read.faults);
    if (read.value === null) {
      return [];
    }
    const checked = completed(read.value, known, inside(place, index));
    faults.push(...checked.faults);
    return [checked.value];
  });
  return { value: routes, faults };
}

function everyEvent(destinations: readonly string[]): Route {
  const { when, quietHours } = routeSettings.parse({ name: 'all events' });
  return { name: 'all events', when, to: [...destinations], mute: false, quietHours };
}

/** A route with its destinations filled in, and what is wrong with what it names. */
function completed(
  { to, ...written }: z.output<typeof routeSettings>,
  known: Known,
  { where }: Place,
): Read<Route> {
  const route: Route = { ...written, to: [...new Set(to ?? (written.mute ? known.destinations : []))] };
  const faults: Fault[] = [];
  if (route.to.length === 0) {
    const message = `It is ${to === undefined ? 'missing' : 'empty'}. Write one or several of ${known.destinations.join(', ')}.`;
    faults.push({ where: where(['to']), message });
  }
  for (const name of route.to.filter((each) => !known.destinations.includes(each))) {
    faults.push({ where: where(['to']), message: unknownDestination(name, known.destinations) });
  }
  for (const pattern of route.when.sources ?? []) {
    if (!known.sources.some((name) => fitsPattern(pattern, name))) {
      const guess = suggestion(pattern, known.sources) || ` Known: ${known.sources.join(', ')}.`;
      faults.push({ where: where(['when', 'sources']), message: `No source is named “${pattern}”.${guess}` });
    }
  }
  for (const condition of ['types', 'categories', 'statuses'] as const) {
    for (const pattern of route.when[condition] ?? []) {
      const meant = misspelt(pattern, DOCUMENTED[condition]);
      if (meant !== null) {
        const message = `Intelligems knows no “${pattern}”. Did you mean “${meant}”?`;
        faults.push({ where: where(['when', condition]), message });
      }
    }
  }
  return { value: route, faults };
}

/** What is said of a name that no destination has. */
export function unknownDestination(name: string, known: readonly string[]): string {
  const guess = suggestion(name, known) || ` Known: ${known.join(', ')}.`;
  return `No destination is named “${name}”.${guess}`;
}

function misspelt(pattern: string, documented: readonly string[]): string | null {
  return documented.some((value) => fitsPattern(pattern, value)) ? null : nearest(pattern, documented);
}
