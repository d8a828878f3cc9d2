import { triggeredBy } from '../../shared/events.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Destination, OpenDestinations } from '../contract/destination.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { Results } from '../contract/experience.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { Clients } from './clients.ts';
import { keptResults, RESULTS, ResultsDestination } from './results.ts';
import { WHO, WHO_CHANGED, WhoDestination, whoQueue } from './who.ts';

/** What Intelligems is asked about the events that came from it. */
export interface Enrichment {
  /** The destinations of the settings, with those that ask Intelligems beside them. */
  destinations: OpenDestinations;
  /** What an event accepted at `now` (milliseconds since 1970) leaves to be asked. */
  plan: Plan;
  resultsOf(experienceId: string): Promise<Results | null>;
}

/** How many questions of each kind may be under way at once. */
const CONCURRENCY = 2;

/**
 * Prepares what Intelligems is asked; where no source has an access token, that is nothing. Throws where a
 * destination has taken one of the names that this needs.
 *
 * @param clients by the names of their sources
 * @param destinations those of the settings
 */
export function openEnrichment(
  { who, results, reports }: Pick<Configuration, 'who' | 'results' | 'reports'>,
  clients: ReadonlyMap<string, Clients>,
  ledger: Ledger,
  destinations: OpenDestinations,
): Enrichment {
  if (clients.size === 0) {
    return { destinations, plan: () => [], resultsOf: async () => null };
  }
  for (const name of [WHO, WHO_CHANGED, RESULTS]) {
    if (destinations.open.has(name)) {
      throw new Error(
        `A destination in receivers.yaml is named ${name}, which the receiver needs for itself. Give it another name.`,
      );
    }
  }
  const known = new Map([...destinations.open].map(([name, { complete }]) => [name, complete !== undefined]));
  const completing = new Set([...known].filter(([, completes]) => completes).map(([name]) => name));
  const services = { ledger, clients, now: Date.now };
  const asksWho = new WhoDestination(who.afterMs, { ...services, completing });
  const asking = new Map<string, Destination>([
    [WHO, asksWho],
    [WHO_CHANGED, asksWho],
    [RESULTS, new ResultsDestination({ ...results, ...reports }, { ...services, destinations: known })],
  ]);
  return {
    destinations: {
      ...destinations,
      open: new Map([...destinations.open, ...asking]),
      queues: [
        ...destinations.queues,
        ...[...asking.keys()].map((name) => ({ name, concurrency: CONCURRENCY })),
      ],
    },
    plan: enrichmentPlan({ who, results }, clients),
    resultsOf: (experienceId) => keptResults(ledger, experienceId),
  };
}

/** What an event leaves to be asked of Intelligems: who caused it, and what came of an experience that has ended. */
export function enrichmentPlan(
  { who, results }: Pick<Configuration, 'who' | 'results'>,
  clients: ReadonlyMap<string, Clients>,
): Plan {
  return (event, source, now) => {
    if (!clients.has(source)) {
      return [];
    }
    const planned: NewDelivery[] = [];
    if (triggeredBy(event) === null) {
      planned.push({
        destination: whoQueue(event.action),
        route: 'who caused it',
        dueAt: now + who.afterMs,
        quietMs: null,
      });
    }
    if (event.action === 'endExperience' && results.fetch) {
      planned.push({ destination: RESULTS, route: 'results', dueAt: now + results.afterMs, quietMs: null });
    }
    return planned;
  };
}
