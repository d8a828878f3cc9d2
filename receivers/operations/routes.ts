import { type ExperienceEvent, parseEvent } from '../../shared/events.ts';
import { nameWords } from '../../shared/words.ts';
import type { Configuration } from '../config/configuration.ts';
import { explainRoutes, type RouteExplanation } from '../routes/explain.ts';
import { planDeliveries } from '../routes/plan.ts';
import type { Routing } from '../routes/route.ts';
import { OperationFault, requireKnown } from './fault.ts';

/** What happens to an event. */
export interface ExplainedEvent {
  action: string;
  /** The experience's name, or what it is called without one. */
  experience: string;
  /** What happens, for each group of sources for which it is the same. */
  outcomes: RoutedEvent[];
}

export interface RoutedEvent {
  sources: string[];
  routes: RouteExplanation[];
  /** The names of the destinations that get it. */
  destinations: string[];
}

export function routeOperations({ routing, sources }: Pick<Configuration, 'routing' | 'sources'>) {
  const known = sources.map(({ name }) => name);
  return {
    async explainRoutes(body: string, source: string | null, at: number): Promise<ExplainedEvent> {
      if (source !== null) {
        requireKnown('source', source, known);
      }
      const parsed = parseEvent(body);
      if (!parsed.ok) {
        throw new OperationFault(`The body is not an event: ${parsed.hint}`);
      }
      const { event } = parsed;
      return {
        action: event.action,
        experience: nameWords(event.experience),
        outcomes: outcomesOf(routing, event, source === null ? known : [source], at),
      };
    },
  };
}

function outcomesOf(
  routing: Routing,
  event: ExperienceEvent,
  sources: readonly string[],
  now: number,
): RoutedEvent[] {
  const each = sources.map((source) => ({
    source,
    routes: explainRoutes(routing, event, { source, now }),
    destinations: planDeliveries(routing, event, { source, now }).map(({ destination }) => destination),
  }));
  const alike = Map.groupBy(each, ({ source: _, ...outcome }) => JSON.stringify(outcome));
  return [...alike.values()].map((group) => {
    const { routes, destinations } = group[0] as (typeof each)[number];
    return { sources: group.map(({ source }) => source), routes, destinations };
  });
}
