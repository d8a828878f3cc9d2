import { ACTIONS, type Experience, type Organization } from '../../shared/events.ts';
import type { NewDelivery } from '../contract/event.ts';
import { decideRoutes, type RoutingContext } from './plan.ts';
import type { Routing } from './route.ts';

/**
 * The deliveries of a report on the health of an experience: to the destinations that get any of its events, except
 * where a route says `health: false` or mutes them. In quiet hours it waits until they end. Pure.
 */
export function planHealth(
  routing: Routing,
  { experience, organization }: { experience: Experience; organization: Organization },
  topic: string,
  context: RoutingContext,
): NewDelivery[] {
  const planned = new Map<string, NewDelivery>();
  for (const action of ACTIONS) {
    const event = { action, timestamp: context.now, experience, organization, payload: {} };
    const matching = decideRoutes(routing, event, context).filter(
      ({ failed, tooLate }) => failed.length === 0 && !tooLate,
    );
    const muted = new Set(matching.filter(({ route }) => route.mute).flatMap(({ route }) => route.to));
    for (const { route, quietUntil } of matching) {
      for (const destination of route.mute || !route.health ? [] : route.to) {
        if (!muted.has(destination) && !planned.has(destination)) {
          const dueAt = quietUntil ?? context.now;
          planned.set(destination, { destination, route: topic, dueAt, quietMs: null });
        }
      }
    }
  }
  return [...planned.values()];
}
