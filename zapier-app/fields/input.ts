import type { Bundle, PlainInputField, ZObject } from 'zapier-platform-core';
import { ACTIONS, type Action } from '../../shared/events.ts';
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

/** Which of the events that a trigger can tell of it is to run for. */
export function eventsField(actions: readonly Action[] = ACTIONS): PlainInputField {
  return {
    key: 'events',
    label: 'Events',
    type: 'string',
    list: true,
    required: false,
    choices: Object.fromEntries(actions.map((action) => [action, ACTION_TITLES[action]])),
    helpText: 'Leave it empty for all events.',
  };
}

/**
 * The filter that the fields of a trigger make up. Throws an error for the person where they name an event that
 * the trigger never tells of: a Zap for nothing, or for all, is not what they want.
 *
 * @param actions the events that the trigger can tell of
 */
export function filterOf(
  z: ZObject,
  { inputData }: Pick<Bundle, 'inputData'>,
  actions: readonly Action[] = ACTIONS,
): ZapierFilter {
  const filter = readZapierFilter({
    actions: inputData.events,
    experienceType: inputData.experience_type,
    category: inputData.category,
    nameContains: inputData.name_contains,
    experienceId: inputData.experience_id,
  });
  const foreign = filter.actions.filter((named) => !actions.some((action) => action === named));
  if (foreign.length > 0) {
    const named = foreign.map((each) => `“${each}”`).join(', ');
    const known = actions.map((action) => `${ACTION_TITLES[action]} (${action})`).join(', ');
    throw new z.errors.Error(
      `This trigger knows no event ${named}. Under Events it takes ${known}; leave the field empty for all of them.`,
      'unknown event',
      400,
    );
  }
  return filter;
}
