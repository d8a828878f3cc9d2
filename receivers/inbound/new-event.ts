import { bodyKey, eventKey } from '../../shared/event-key.ts';
import { parseEvent } from '../../shared/events.ts';
import type { NewEvent, Origin } from '../contract/event.ts';
import type { Plan } from '../contract/plan.ts';

/** What a verified request brought. */
export interface VerifiedRequest {
  body: Buffer;
  headers: Record<string, string>;
  source: string;
  origin: Origin;
  /** Milliseconds since 1970. */
  receivedAt: number;
}

/**
 * Turns a verified request into the event that the ledger keeps. A body that is no known event is kept
 * whole too, marked with the problem, and goes nowhere.
 */
export function newEvent(request: VerifiedRequest, plan: Plan): NewEvent {
  const { body, headers, source, origin, receivedAt } = request;
  const parsed = parseEvent(body);
  const common = { source, origin, receivedAt, body, headers };
  if (!parsed.ok) {
    return {
      ...common,
      key: bodyKey(body),
      action: null,
      experienceId: null,
      experienceName: null,
      organizationId: null,
      occurredAt: null,
      problem: parsed.hint,
      deliveries: [],
    };
  }
  const { event } = parsed;
  return {
    ...common,
    key: eventKey(event, body),
    action: event.action,
    experienceId: event.experience.id,
    experienceName: event.experience.name ?? null,
    organizationId: event.organization.id ?? null,
    occurredAt: event.timestamp,
    problem: null,
    deliveries: plan(event, source, receivedAt),
  };
}
