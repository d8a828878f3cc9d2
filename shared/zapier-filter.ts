import { type Action, isAction, isRecord } from './events.ts';
import type { ZapierEvent } from './zapier-event.ts';

/** Which events a Zap wants; every field that is set narrows. */
export interface ZapierFilter {
  /** Empty for all. */
  actions: Action[];
  experienceType: string | null;
  category: string | null;
  /** Compared without regard to case. */
  nameContains: string | null;
  experienceId: string | null;
}

/** Whether a Zap with this filter is to run for the event. */
export function passesFilter(
  event: Pick<
    ZapierEvent,
    'action_type' | 'experience_type' | 'category' | 'experience_name' | 'experience_id'
  >,
  filter: ZapierFilter,
): boolean {
  const wanted = filter.nameContains?.toLowerCase();
  return (
    (filter.actions.length === 0 || filter.actions.some((action) => action === event.action_type)) &&
    (filter.experienceType ?? event.experience_type) === event.experience_type &&
    (filter.category ?? event.category) === event.category &&
    (wanted === undefined || event.experience_name.toLowerCase().includes(wanted)) &&
    (filter.experienceId ?? event.experience_id) === event.experience_id
  );
}

/** Reads a filter from JSON or from the fields of a Zap; what is missing, empty or of another type does not narrow. */
export function readZapierFilter(value: unknown): ZapierFilter {
  const fields = isRecord(value) ? value : {};
  return {
    actions: Array.isArray(fields.actions) ? fields.actions.filter(isAction) : [],
    experienceType: text(fields.experienceType),
    category: text(fields.category),
    nameContains: text(fields.nameContains),
    experienceId: text(fields.experienceId),
  };
}

function text(value: unknown): string | null {
  const trimmed = typeof value === 'string' ? value.trim() : '';
  return trimmed === '' ? null : trimmed;
}
