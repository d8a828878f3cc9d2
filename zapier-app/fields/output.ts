import type { PlainOutputField } from 'zapier-platform-core';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import type { ZapierExperience, ZapierExperienceDetails } from '../../shared/zapier-experience.ts';

type Labels<Shape> = { readonly [Key in keyof Shape]: Omit<PlainOutputField, 'key'> };

const DETAILS: Labels<ZapierExperienceDetails> = {
  experience_type_words: { label: 'Experience Type in Words', type: 'string' },
  status: { label: 'Status', type: 'string' },
  category: { label: 'Category', type: 'string' },
  currency: { label: 'Currency', type: 'string' },
  days_live: { label: 'Days Live', type: 'number' },
  created_at: { label: 'Created At', type: 'datetime' },
  started_at: { label: 'Started At', type: 'datetime' },
  paused_at: { label: 'Paused At', type: 'datetime' },
  ended_at: { label: 'Ended At', type: 'datetime' },
  variation_count: { label: 'Number of Variations', type: 'integer' },
  variation_summary: { label: 'Variations in One Line', type: 'string' },
  variations: {
    label: 'Variations',
    children: [
      { key: 'id', label: 'Variation ID', type: 'string' },
      { key: 'name', label: 'Variation Name', type: 'string' },
      { key: 'percentage', label: 'Variation Traffic (%)', type: 'number' },
      { key: 'is_control', label: 'Variation Is Control', type: 'boolean' },
    ],
  },
};

const EVENT: Labels<ZapierEvent> = {
  experience_name: { label: 'Experience Name', type: 'string' },
  action_type: { label: 'Action Type', type: 'string' },
  experience_type: { label: 'Experience Type', type: 'string' },
  timestamp: { label: 'Timestamp', type: 'datetime' },
  experience_id: { label: 'Experience ID', type: 'string' },
  triggered_by_email: { label: 'Triggered By Email', type: 'string' },
  event: { label: 'Event', type: 'string' },
  ...DETAILS,
  store: { label: 'Store', type: 'string' },
  organization_name: { label: 'Organization Name', type: 'string' },
  organization_id: { label: 'Organization ID', type: 'string' },
  received_at: { label: 'Received At', type: 'datetime' },
  recovered: { label: 'Recovered', type: 'boolean' },
  id: { label: 'Event ID', type: 'string' },
};

const EXPERIENCE: Labels<ZapierExperience> = {
  id: { label: 'Experience ID', type: 'string' },
  experience_name: { label: 'Experience Name', type: 'string' },
  experience_type: { label: 'Experience Type', type: 'string' },
  ...DETAILS,
};

/** The fields of a shape, in the order in which Zapier lists them. */
export function outputFields<Shape>(labels: Labels<Shape>): PlainOutputField[] {
  return Object.entries<Omit<PlainOutputField, 'key'>>(labels).map(([key, field]) => ({ key, ...field }));
}

export const EVENT_OUTPUT = outputFields(EVENT);
export const EXPERIENCE_OUTPUT = outputFields(EXPERIENCE);
