import { triggeredBy } from '../../shared/events.ts';
import type { DestinationDescription, OpenDestination, OpenDestinations } from '../contract/destination.ts';
import type { NewDelivery } from '../contract/event.ts';
import type { Results } from '../contract/experience.ts';
import type { Ledger } from '../contract/ledger.ts';
import type { Plan } from '../contract/plan.ts';
import type { ReportSubscribers } from '../contract/report-subscribers.ts';
import type { ResultStyle } from '../experience/results.ts';
import type { Clients } from './clients.ts';
import { keptResults, RESULTS, ResultsDestination } from './results.ts';
import type { FetchSettings, WhoSettings } from './settings.ts';
import { WHO, WHO_CHANGED, WhoDestination, whoDestination } from './who.ts';

/** What of the settings enrichment uses. */
export interface EnrichmentSettings {
  who: WhoSettings;
  results: FetchSettings;
  reports: ResultStyle;
}

/** What Intelligems is asked about the events that came from it. */
export interface Enrichment {
  /** The internal destinations that ask Intelligems. */
  destinations: readonly OpenDestination[];
  /** What an event accepted at `now` (milliseconds since 1970) leaves to be asked. */
  plan: Plan;
  resultsOf(source: string, experienceId: string): Promise<Results | null>;
}

/** How many questions of each kind may be in progress at once. */
const CONCURRENCY = 2;

/** How people see the internal destinations that ask Intelligems. */
export const ENRICHMENT_DESTINATIONS = [
  { name: WHO, title: 'Intelligems: who did it', repeated: null, internal: true },
  { name: WHO_CHANGED, title: 'Intelligems: who changed it', repeated: null, internal: true },
  { name: RESULTS, title: 'Intelligems: results', repeated: null, internal: true },
] as const satisfies readonly DestinationDescription[];

/**
 * Prepares what Intelligems is asked; where no source has an access token, that is nothing.
 *
 * @param clients by the names of their sources
 * @param destinations those of the settings
 * @param subscribers who else wants reports
 */
export function openEnrichment(
  { who, results, reports }: EnrichmentSettings,
  clients: ReadonlyMap<string, Clients>,
  ledger: Ledger,
  destinations: OpenDestinations,
  subscribers?: ReportSubscribers,
): Enrichment {
  if (clients.size === 0) {
    return { destinations: [], plan: () => [], resultsOf: async () => null };
  }
  const known = new Map(
    [...destinations.values()].map(({ name, destination }) => [name, destination.complete !== undefined]),
  );
  const completing = new Set([...known].filter(([, completes]) => completes).map(([name]) => name));
  const services = { ledger, clients, now: Date.now };
  const asksWho = new WhoDestination(who.afterMs, { ...services, completing });
  const asksResults = new ResultsDestination(
    { ...results, ...reports },
    { ...services, destinations: known, subscribers },
  );
  return {
    destinations: ENRICHMENT_DESTINATIONS.map((described) => ({
      ...described,
      concurrency: CONCURRENCY,
      destination: described.name === RESULTS ? asksResults : asksWho,
    })),
    plan: enrichmentPlan({ who, results }, clients),
    resultsOf: (source, experienceId) => keptResults(ledger, source, experienceId),
  };
}

/** What an event leaves to be asked of Intelligems: who caused it, and what came of an experience that has ended. */
export function enrichmentPlan(
  { who, results }: Pick<EnrichmentSettings, 'who' | 'results'>,
  clients: ReadonlyMap<string, Clients>,
): Plan {
  return (event, source, now) => {
    if (!clients.has(source)) {
      return [];
    }
    const planned: NewDelivery[] = [];
    if (triggeredBy(event) === null) {
      planned.push({
        destination: whoDestination(event.action),
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
