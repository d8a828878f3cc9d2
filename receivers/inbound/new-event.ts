import { bodyKey, eventKey } from '../../shared/event-key.ts';
import { type Organization, parseEvent } from '../../shared/events.ts';
import type { NewEvent, Origin } from '../contract/event.ts';
import type { Plan } from '../contract/plan.ts';

/** What a verified request brought. */
export interface VerifiedRequest {
  body: Buffer;
  headers: Record<string, string>;
  source: string;
  /** The only organization that the settings allow for this source; null for any. */
  organizationId?: string | null;
  origin: Origin;
  /** Milliseconds since 1970. */
  receivedAt: number;
}

/**
 * Turns a verified request into the event that the ledger keeps. A body that is not a known event is kept unchanged
 * too, marked with the problem, and goes nowhere. So is an event of another organization than the source's: whoever
 * knows the secret of one store must not speak for another.
 */
export function newEvent(request: VerifiedRequest, plan: Plan): NewEvent {
  const { body, headers, source, origin, receivedAt, organizationId = null } = request;
  const parsed = parseEvent(body);
  const common = { source, origin, receivedAt, body, headers };
  if (!parsed.ok) {
    return { ...common, ...UNKNOWN, key: bodyKey(source, body), problem: parsed.hint };
  }
  const { event } = parsed;
  const key = eventKey(source, event, body);
  const problem = foreignOrganization(event.organization, source, organizationId);
  if (problem !== null) {
    return { ...common, ...UNKNOWN, key, problem };
  }
  return {
    ...common,
    key,
    action: event.action,
    experienceId: event.experience.id,
    experienceName: event.experience.name ?? null,
    organizationId: event.organization.id ?? null,
    occurredAt: event.timestamp,
    problem: null,
    deliveries: plan(event, source, receivedAt),
  };
}

const UNKNOWN = {
  action: null,
  experienceId: null,
  experienceName: null,
  organizationId: null,
  occurredAt: null,
  deliveries: [],
};

function foreignOrganization({ id }: Organization, source: string, allowed: string | null): string | null {
  if (allowed === null || id === undefined || id.toLowerCase() === allowed.toLowerCase()) {
    return null;
  }
  return (
    `The body names the organization “${id.slice(0, 100)}”, but the source ${source} belongs to the organization ` +
    `“${allowed}”, so the event was not delivered. If the settings are wrong, correct organizationId of the source ${source}.`
  );
}
