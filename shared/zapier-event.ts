import type { Action, ExperienceEvent } from './events.ts';
import { ACTION_TITLES, nameWords } from './words.ts';
import { type ZapierExperienceDetails, zapierExperienceDetails } from './zapier-experience.ts';

/**
 * An event as every trigger in Zapier gives it: flat but for the variations, the same keys always, the
 * documented fields first. Times are ISO 8601 in UTC; what is unknown is null.
 */
export interface ZapierEvent extends ZapierExperienceDetails {
  /** By which Zapier recognises an event that it has seen. */
  id: string;
  experience_name: string;
  /** As in the webhook: `startExperience`. */
  action_type: string;
  /** As in the webhook: `pricing`. */
  experience_type: string;
  timestamp: string;
  experience_id: string;
  triggered_by_email: string | null;
  /** In words: “Experience Started”. */
  event: string;
  /** The store's myshopify domain. */
  store: string | null;
  organization_name: string | null;
  organization_id: string | null;
  received_at: string;
  /** No webhook came for it: it was found afterwards at Intelligems. */
  recovered: boolean;
}

export interface ZapierEventSource {
  /** The event key, or another id under which the event is known. */
  id: string;
  event: ExperienceEvent;
  triggeredBy: string | null;
  /** Milliseconds since 1970. */
  receivedAt: number;
  recovered?: boolean;
}

const STATUS_AFTER: Partial<Record<Action, string>> = {
  startExperience: 'started',
  pauseExperience: 'paused',
  endExperience: 'ended',
  deleteExperience: 'deleted',
};

/** Makes of an event the object that Zapier gets, whichever way it came. */
export function zapierEvent({
  id,
  event,
  triggeredBy,
  receivedAt,
  recovered,
}: ZapierEventSource): ZapierEvent {
  const { action, experience, organization } = event;
  const at = event.timestamp ?? receivedAt;
  const details = zapierExperienceDetails(experience, at);
  return {
    id,
    experience_name: nameWords(experience),
    action_type: action,
    experience_type: experience.type ?? '',
    timestamp: new Date(at).toISOString(),
    experience_id: experience.id,
    triggered_by_email: triggeredBy,
    event: ACTION_TITLES[action],
    ...details,
    status: STATUS_AFTER[action] ?? details.status,
    store: organization.shopId ?? null,
    organization_name: organization.name ?? null,
    organization_id: organization.id ?? null,
    received_at: new Date(receivedAt).toISOString(),
    recovered: recovered ?? false,
  };
}
