import type { Action, ExperienceEvent } from './events.ts';
import { ACTION_TITLES, nameWords } from './words.ts';
import { type ZapierExperienceDetails, zapierExperienceDetails } from './zapier-experience.ts';

/** The settings of an experience that a Zap can be limited to, with their names for people. */
export const SETTING_TITLES = {
  name: 'Name',
  hypothesis: 'Hypothesis',
  traffic: 'Traffic split',
  prices: 'Prices',
  variations: 'Variations',
  targeting: 'Targeting',
  shipping: 'Shipping',
  metrics: 'Metrics',
  other: 'Other settings',
} as const;

export type SettingName = keyof typeof SETTING_TITLES;

/** What an update changed. */
export interface ChangedSettings {
  /** In words, one change each. */
  words: readonly string[];
  settings: readonly SettingName[];
}

/**
 * An event as every trigger in Zapier gives it: flat except for the variations, always the same keys, the documented
 * fields first. Times are ISO 8601 in UTC; what is unknown is null.
 */
export interface ZapierEvent extends ZapierExperienceDetails {
  /** Zapier recognizes an event that it has seen by this. */
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
  /** What an update changed, one line for each change; null for other events, and if the earlier settings are unknown. */
  changes: string | null;
  /** Which settings an update changed, such as “Traffic split, Prices”; null as for `changes`. */
  changed_settings: string | null;
  /** The store's myshopify domain. */
  store: string | null;
  organization_name: string | null;
  organization_id: string | null;
  received_at: string;
  /** No webhook arrived for it: the receiver found it at Intelligems afterwards. */
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
  /** Only for an update whose earlier settings are known. */
  changed?: ChangedSettings;
  /** The experience's page in Intelligems; default: at the vendor's address. */
  link?: string;
}

const STATUS_AFTER: Partial<Record<Action, string>> = {
  startExperience: 'started',
  pauseExperience: 'paused',
  endExperience: 'ended',
  deleteExperience: 'deleted',
};

/** The object that Zapier gets for an event, whichever way the event arrived. */
export function zapierEvent({
  id,
  event,
  triggeredBy,
  receivedAt,
  recovered,
  changed,
  link,
}: ZapierEventSource): ZapierEvent {
  const { action, experience, organization } = event;
  const at = event.timestamp ?? receivedAt;
  const details = zapierExperienceDetails(experience, at, link);
  return {
    id,
    experience_name: nameWords(experience),
    action_type: action,
    experience_type: experience.type ?? '',
    timestamp: new Date(at).toISOString(),
    experience_id: experience.id,
    triggered_by_email: triggeredBy,
    event: ACTION_TITLES[action],
    changes: changed === undefined ? null : changed.words.join('\n'),
    changed_settings:
      changed === undefined ? null : changed.settings.map((name) => SETTING_TITLES[name]).join(', '),
    ...details,
    status: STATUS_AFTER[action] ?? details.status,
    store: organization.shopId ?? null,
    organization_name: organization.name ?? null,
    organization_id: organization.id ?? null,
    received_at: new Date(receivedAt).toISOString(),
    recovered: recovered ?? false,
  };
}
