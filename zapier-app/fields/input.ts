import type { PlainInputField } from 'zapier-platform-core';
import { ACTIONS } from '../../shared/events.ts';
import { ACTION_TITLES, categoryWords, EXPERIENCE_TYPES, typeWords } from '../../shared/words.ts';
import { readZapierFilter, type ZapierFilter } from '../../shared/zapier-filter.ts';

/** Picks one experience from a list, or takes an id from another step. */
export const EXPERIENCE_FIELD = {
  key: 'experience_id',
  label: 'Experience',
  type: 'string',
  dynamic: 'experience_list.id.experience_name',
} satisfies PlainInputField;

export const TYPE_FIELD: PlainInputField = {
  key: 'experience_type',
  label: 'Experience Type',
  type: 'string',
  required: false,
  choices: Object.fromEntries(EXPERIENCE_TYPES.map((type) => [type, typeWords(type)])),
  helpText: 'Leave it empty for all types.',
};

export const CATEGORY_FIELD: PlainInputField = {
  key: 'category',
  label: 'Category',
  type: 'string',
  required: false,
  choices: Object.fromEntries(
    ['experiment', 'personalization'].map((category) => [category, categoryWords(category)]),
  ),
  helpText: 'Leave it empty for both.',
};

/** By which every trigger can be narrowed. */
export const FILTER_FIELDS: PlainInputField[] = [
  TYPE_FIELD,
  CATEGORY_FIELD,
  {
    key: 'name_contains',
    label: 'Name Contains',
    type: 'string',
    required: false,
    placeholder: 'price test',
    helpText: 'Only experiences with this in their name. Upper and lower case do not matter.',
  },
  {
    ...EXPERIENCE_FIELD,
    required: false,
    helpText: 'Only this experience. Leave it empty for all.',
  },
];

/** Which of the six events a trigger is to run for. */
export const EVENTS_FIELD: PlainInputField = {
  key: 'events',
  label: 'Events',
  type: 'string',
  list: true,
  required: false,
  choices: Object.fromEntries(ACTIONS.map((action) => [action, ACTION_TITLES[action]])),
  helpText: 'Leave it empty for all events.',
};

/** The filter that the fields of a trigger make up. */
export function filterOf(input: Record<string, unknown>): ZapierFilter {
  return readZapierFilter({
    actions: input.events,
    experienceType: input.experience_type,
    category: input.category,
    nameContains: input.name_contains,
    experienceId: input.experience_id,
  });
}
