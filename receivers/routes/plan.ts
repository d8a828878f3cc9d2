import type { ExperienceEvent } from '../../shared/events.ts';
import type { NewDelivery } from '../contract/event.ts';
import { failedConditions } from './conditions.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Route, Routing } from './route.ts';

/** What routing uses in addition to the event itself. */
export interface RoutingContext {
  /** The name of the source it came through. */
  source: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** What a route does with an event. */
export interface RouteDecision {
  route: Route;
  /** Why it does not match, in words; empty if it does. */
  failed: string[];
  /** It matches, but one before it took the event (routing: first). */
  tooLate: boolean;
  /** It matches in its quiet hours, which end at this time (milliseconds since 1970); else null. */
  quietUntil: number | null;
}

/** Decides for every route, in order. Pure. */
export function decideRoutes(
  routing: Routing,
  event: ExperienceEvent,
  { source, now }: RoutingContext,
): RouteDecision[] {
  let taken = false;
  return routing.routes.map((route) => {
    const failed = failedConditions(route.when, event, source);
    const tooLate = taken && failed.length === 0;
    taken ||= routing.mode === 'first' && failed.length === 0;
    const applies = failed.length === 0 && !tooLate && route.quietHours !== null;
    return { route, failed, tooLate, quietUntil: applies ? quietUntil(route.quietHours!, now) : null };
  });
}

/**
 * The deliveries of an event, at most one for each destination. If several routes have the same destination, the first
 * one counts. A muting route excludes its destinations. Pure.
 */
export function planDeliveries(
  routing: Routing,
  event: ExperienceEvent,
  context: RoutingContext,
): NewDelivery[] {
  const matching = decideRoutes(routing, event, context).filter(
    ({ failed, tooLate }) => failed.length === 0 && !tooLate,
  );
  const muted = new Set(matching.filter(({ route }) => route.mute).flatMap(({ route }) => route.to));
  const burst = event.action === 'updateExperience' && routing.quietMs > 0 ? routing.quietMs : null;
  const planned = new Map<string, NewDelivery>();
  for (const { route, quietUntil: end } of matching) {
    if (route.mute || (end !== null && route.quietHours?.afterwards === 'drop')) {
      continue;
    }
    for (const destination of route.to) {
      if (!muted.has(destination) && !planned.has(destination)) {
        const dueAt = end ?? context.now + (burst ?? 0);
        planned.set(destination, {
          destination,
          route: route.name,
          dueAt,
          quietMs: end === null ? burst : null,
        });
      }
    }
  }
  return [...planned.values()];
}
