import type { PlainOutputField } from 'zapier-platform-core';
import type { ZapierEvent } from '../../shared/zapier-event.ts';
import type { ZapierExperience, ZapierExperienceDetails } from '../../shared/zapier-experience.ts';
import type { ZapierResults, ZapierVariationResult } from '../../shared/zapier-results.ts';

/** The label and type of each field of a shape. */
export type Labels<Shape> = { readonly [Key in keyof Shape]: Omit<PlainOutputField, 'key'> };

/** The fields of a shape, in the order in which Zapier lists them. */
export function outputFields<Shape>(labels: Labels<Shape>): PlainOutputField[] {
  return Object.entries<Omit<PlainOutputField, 'key'>>(labels).map(([key, field]) => ({ key, ...field }));
}

const DETAILS: Labels<ZapierExperienceDetails> = {
  experience_type_words: { label: 'Experience Type in Words', type: 'string' },
  status: { label: 'Status', type: 'string' },
  category: { label: 'Category', type: 'string' },
  hypothesis: { label: 'Hypothesis', type: 'string' },
  link: { label: 'Link', type: 'string' },
  currency: { label: 'Currency', type: 'string' },
  days_live: { label: 'Days Live', type: 'number' },
  created_at: { label: 'Created At', type: 'datetime' },
  started_at: { label: 'Started At', type: 'datetime' },
  paused_at: { label: 'Paused At', type: 'datetime' },
  ended_at: { label: 'Ended At', type: 'datetime' },
  variation_count: { label: 'Number of Variations', type: 'integer' },
  variation_summary: { label: 'Variations in One Line', type: 'string' },
  variation_lines: { label: 'Variations, One per Line', type: 'string' },
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
  changes: { label: 'What Changed', type: 'string' },
  changed_settings: { label: 'Changed Settings', type: 'string' },
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

export const EVENT_OUTPUT = outputFields(EVENT);
export const EXPERIENCE_OUTPUT = outputFields(EXPERIENCE);

const VARIATION_RESULT: Labels<ZapierVariationResult> = {
  id: { label: 'Variation ID', type: 'string' },
  name: { label: 'Variation Name', type: 'string' },
  is_control: { label: 'Variation Is Control', type: 'boolean' },
  visitors: { label: 'Visitors', type: 'integer' },
  orders: { label: 'Orders', type: 'integer' },
  conversion_rate: { label: 'Conversion Rate (%)', type: 'number' },
  revenue_per_visitor: { label: 'Revenue per Visitor', type: 'number' },
  profit_per_visitor: { label: 'Profit per Visitor', type: 'number' },
  uplift: { label: 'Uplift of Revenue per Visitor (%)', type: 'number' },
  uplift_low: { label: 'Uplift, Low End (%)', type: 'number' },
  uplift_high: { label: 'Uplift, High End (%)', type: 'number' },
  probability_to_beat_baseline: { label: 'Probability to Beat the Baseline (%)', type: 'number' },
};

export const RESULT_LABELS: Labels<ZapierResults> = {
  experience_name: { label: 'Experience Name', type: 'string' },
  verdict: { label: 'Verdict', type: 'string' },
  verdict_words: { label: 'Verdict in Words', type: 'string' },
  advice: { label: 'Advice', type: 'string' },
  caution: { label: 'Caution', type: 'string' },
  recommended_variation: { label: 'Recommended Variation', type: 'string' },
  recommended_variation_id: { label: 'Recommended Variation ID', type: 'string' },
  runtime_days: { label: 'Days of Runtime', type: 'number' },
  best_variation: { label: 'Best Challenger (May Have Lost)', type: 'string' },
  best_variation_id: { label: 'Best Challenger ID (May Have Lost)', type: 'string' },
  monthly_revenue_increase: { label: 'Estimated Monthly Revenue Increase', type: 'number' },
  currency: { label: 'Currency', type: 'string' },
  link: { label: 'Link', type: 'string' },
  chart_url: { label: 'Chart Link', type: 'string' },
  variation_lines: { label: 'Variations, One per Line', type: 'string' },
  variations: { label: 'Variations', children: outputFields(VARIATION_RESULT) },
  id: { label: 'Experience ID', type: 'string' },
};
