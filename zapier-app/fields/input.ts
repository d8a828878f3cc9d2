import type { Bundle, PlainInputField, ZObject } from 'zapier-platform-core';
import { ACTIONS, type Action } from '../../shared/events.ts';
import { HEALTH_CHECKS, HEALTH_WORDS } from '../../shared/health-words.ts';
import { ACTION_TITLES, categoryWords, EXPERIENCE_TYPES, typeWords } from '../../shared/words.ts';
import { SETTING_TITLES } from '../../shared/zapier-event.ts';
import {
  ALARM_STATES,
  filterProblem,
  readZapierFilter,
  type ZapierFilter,
} from '../../shared/zapier-filter.ts';
import { EXPERIENCE_FIELD } from './experience.ts';

const TYPE_FIELD: PlainInputField = {
  key: 'experience_type',
  label: 'Experience Type',
  type: 'string',
  required: false,
  choices: Object.fromEntries(EXPERIENCE_TYPES.map((type) => [type, typeWords(type)])),
  helpText: 'Leave it blank for all types.',
};

export const CATEGORIES = { experiment: categoryWords('experiment'), personalization: 'Personalization' };

export const CATEGORY_FIELD: PlainInputField = {
  key: 'category',
  label: 'Category',
  type: 'string',
  required: false,
  choices: { ...CATEGORIES },
  helpText: 'Leave it blank for both.',
};

/** By these every trigger can be narrowed. */
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
  { ...EXPERIENCE_FIELD, required: false, helpText: 'Only this experience. Leave it blank for all.' },
];

/** For triggers whose events name the store; a connection of a single store does not need it. */
export const STORE_FIELD: PlainInputField = {
  key: 'store',
  label: 'Store',
  type: 'string',
  required: false,
  placeholder: 'your-store.myshopify.com',
  helpText:
    'Only this store, by its domain or the name of its organization. Leave it blank for the store of this connection.',
};

/** Limits updates to those that change certain settings. */
export const CHANGED_SETTINGS_FIELD: PlainInputField = {
  key: 'changed_settings',
  label: 'Changed Settings',
  type: 'string',
  list: true,
  required: false,
  choices: { ...SETTING_TITLES },
  helpText: 'Only changes of these settings. Leave it blank for all.',
};

/** Which health alerts a trigger runs for. */
export const HEALTH_FIELDS: PlainInputField[] = [
  {
    key: 'checks',
    label: 'Alarms',
    type: 'string',
    list: true,
    required: false,
    choices: Object.fromEntries(HEALTH_CHECKS.map((check) => [check, HEALTH_WORDS[check].title])),
    helpText: 'Only these alarms. Leave it blank for all.',
  },
  {
    key: 'alarm_state',
    label: 'When',
    type: 'string',
    required: false,
    choices: { ...ALARM_STATES },
    helpText: 'When an alarm begins, or when it is over. Leave it blank for both.',
  },
];

/** Which of the events that a trigger can report it runs for. */
export function eventsField(actions: readonly Action[] = ACTIONS): PlainInputField {
  return {
    key: 'events',
    label: 'Events',
    type: 'string',
    list: true,
    required: false,
    choices: Object.fromEntries(actions.map((action) => [action, ACTION_TITLES[action]])),
    helpText: 'Leave it blank for all events.',
  };
}

/**
 * The filter in the fields of a trigger. Throws an error for the person if it can never match, such as an event that
 * the trigger never reports: a Zap for nothing, or for everything, is not what they want.
 *
 * @param actions the events that the trigger can report
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
    store: inputData.store,
    changedSettings: inputData.changed_settings,
    checks: inputData.checks,
    alarmState: inputData.alarm_state,
  });
  const foreign = filter.actions.filter((named) => !actions.some((action) => action === named));
  if (foreign.length > 0) {
    const named = foreign.map((each) => `“${each}”`).join(', ');
    const known = actions.map((action) => `${ACTION_TITLES[action]} (${action})`).join(', ');
    throw new z.errors.Error(
      `This trigger has no event ${named}. Under Events, choose from ${known}, or leave the field blank for all of them.`,
      'unknown event',
      400,
    );
  }
  const problem = filterProblem(filter);
  if (problem !== null) {
    throw new z.errors.Error(
      `${problem.detail} Correct the fields of the trigger.`,
      'filter never matches',
      400,
    );
  }
  return filter;
}
