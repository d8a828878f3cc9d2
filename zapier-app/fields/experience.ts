import type { PlainInputField } from 'zapier-platform-core';

/** Picks one experience from a list, or takes an ID from another step. */
export const EXPERIENCE_FIELD = {
  key: 'experience_id',
  label: 'Experience',
  type: 'string',
  dynamic: 'experience_list.id.experience_name',
} satisfies PlainInputField;

/** The same for a step that needs an experience, with a search to find it by name. */
export function requiredExperience(dynamic: string = EXPERIENCE_FIELD.dynamic): PlainInputField {
  return {
    ...EXPERIENCE_FIELD,
    dynamic,
    required: true,
    search: 'find_experience.id',
    helpText: 'Choose one from the list, or map the Experience ID of an earlier step.',
  };
}
