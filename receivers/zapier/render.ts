import { type ZapierEvent, zapierEvent } from '../../shared/zapier-event.ts';
import type { FilteredEvent } from '../../shared/zapier-filter.ts';
import type { ZapierReport } from '../../shared/zapier-report.ts';
import type { ExperienceMessage, Report } from '../contract/message.ts';
import { changedSettings } from './changed-settings.ts';

/** What Zapier gets for a message: the object that every trigger gives. */
export function render(message: ExperienceMessage): ZapierEvent {
  const { event, previous, changes } = message;
  const isKnown = event.action === 'updateExperience' && previous !== null;
  return zapierEvent({
    id: message.key,
    event,
    triggeredBy: message.triggeredBy,
    receivedAt: message.receivedAt,
    recovered: message.recovered,
    link: message.links.intelligems ?? undefined,
    changed: isKnown ? changedSettings(changes, previous, event.experience) : undefined,
  });
}

/** What Zapier gets for a report; null for a report without data. */
export function renderReport(key: string, { data }: Report): ZapierReport | null {
  return data === undefined ? null : { ...data.report, id: key };
}

/** What a filter looks at in a report. A weekly report has no experience, so that only a filter for one excludes it. */
export function filteredReport({ data }: Report): FilteredEvent {
  const report = data?.report;
  const about = report !== undefined && 'experience_id' in report ? report : null;
  return {
    action_type: '',
    experience_type: about?.experience_type ?? '',
    category: about?.category ?? null,
    experience_name: about?.experience_name ?? '',
    experience_id: about?.experience_id ?? '',
    store: null,
    organization_name: data?.source ?? null,
    organization_id: data?.organizationId ?? null,
    changed_settings: null,
    ...(about !== null && 'check' in about && { check: about.check, state: about.state }),
  };
}
