import type { ExperienceEvent } from '../../shared/events.ts';
import { decideRoutes, planDeliveries, type RouteDecision, type RoutingContext } from './plan.ts';
import type { Route, Routing } from './route.ts';

/** What a route does with an event, for people. */
export interface RouteExplanation {
  route: string;
  matches: boolean;
  /** Why it does or does not match, and what follows. */
  words: string;
}

/** Explains for every route whether an event takes it, and why. Pure. */
export function explainRoutes(
  routing: Routing,
  event: ExperienceEvent,
  context: RoutingContext,
): RouteExplanation[] {
  const planned = planDeliveries(routing, event, context);
  return decideRoutes(routing, event, context).map((decision) => ({
    route: decision.route.name,
    matches: decision.failed.length === 0 && !decision.tooLate,
    words: wordsOf(
      decision,
      planned.filter(({ route }) => route === decision.route.name).map(({ destination }) => destination),
    ),
  }));
}

function wordsOf(
  { route, failed, tooLate, quietUntil }: RouteDecision,
  delivered: readonly string[],
): string {
  if (failed.length > 0) {
    return `does not match: ${failed.join('; ')}`;
  }
  if (tooLate) {
    return 'would match, but an earlier route took the event (routing: first)';
  }
  if (route.mute) {
    return `matches, and mutes ${route.to.join(', ')}`;
  }
  if (quietUntil !== null && route.quietHours?.afterwards === 'drop') {
    return 'matches, but drops events during its quiet hours';
  }
  const others = route.to.filter((destination) => !delivered.includes(destination));
  const parts = [
    ...(delivered.length > 0 ? [`goes to ${delivered.join(', ')}${quietWords(route, quietUntil)}`] : []),
    ...(others.length > 0
      ? [`does not go to ${others.join(', ')} (muted, or an earlier route goes there)`]
      : []),
  ];
  return `matches, and ${parts.join('; ')}`;
}

function quietWords({ quietHours }: Route, end: number | null): string {
  if (end === null || quietHours === null) {
    return '';
  }
  const time = new Intl.DateTimeFormat('en-US', {
    timeZone: quietHours.timeZone,
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(end);
  return ` when the quiet hours end, ${time} (${quietHours.timeZone})`;
}
