import type { Bundle, PlainInputField, Search, ZObject } from 'zapier-platform-core';
import type { ListFilter } from '../../shared/intelligems-api.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { enteredText } from '../../shared/zapier-text.ts';
import { succeeded } from '../failures.ts';
import { enteredChoice } from '../fields/entered.ts';
import { CATEGORIES, CATEGORY_FIELD } from '../fields/input.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { listedExperiences } from '../listed-experiences.ts';
import { sampleWebhook } from '../samples.ts';

/** A Zap uses the first match; the others help only a person who tests the step. */
const MATCHES = 10;

const STATUSES = { pending: 'Pending', started: 'Started', paused: 'Paused', ended: 'Ended' } as const;

export const STATUS_FIELD: PlainInputField = {
  key: 'status',
  label: 'Status',
  type: 'string',
  required: false,
  choices: { ...STATUSES },
  helpText: 'Leave it blank for any.',
};

/** The fields that narrow the list, as the External API knows them. Throws an error for the person if one is wrong. */
export function listFilterOf(z: ZObject, { inputData }: Pick<Bundle, 'inputData'>): ListFilter {
  return {
    status: enteredChoice(z, 'Status', inputData.status, STATUSES) ?? undefined,
    category: enteredChoice(z, 'Category', inputData.category, CATEGORIES) ?? undefined,
  };
}

/** How well a name matches: 2 exactly, 1 in part, 0 not at all. */
export function fit({ name = '' }: Pick<ApiExperience, 'name'>, wanted: string): number {
  const [own, asked] = [name.trim().toLowerCase(), wanted.trim().toLowerCase()];
  return own === asked ? 2 : Number(own.includes(asked));
}

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierExperience[]> {
  const list = listFilterOf(z, bundle);
  const name = enteredText(bundle.inputData.name);
  if (name === null) {
    return [];
  }
  const isMatch = (experience: ApiExperience) => !experience.isDeleted && fit(experience, name) > 0;
  const isEnough = (experiences: readonly ApiExperience[]) =>
    experiences.some((experience) => isMatch(experience) && fit(experience, name) === 2);
  const experiences = succeeded(z, await listedExperiences(intelligems(z, bundle), list, { isEnough }));
  return experiences
    .filter(isMatch)
    .sort(
      (one, other) =>
        fit(other, name) - fit(one, name) || (other.lastUpdateTs ?? 0) - (one.lastUpdateTs ?? 0),
    )
    .slice(0, MATCHES)
    .map((experience) => zapierExperience(experience, Date.now()));
}

const sample = sampleWebhook('startExperience');

/** Finds an experience by name and status; an exact name comes before one that only contains it. */
export const findExperience: Search = {
  key: 'find_experience',
  noun: 'Experience',
  display: {
    label: 'Find Experience',
    description: 'Finds an experience by its name and status.',
  },
  operation: {
    inputFields: [
      {
        key: 'name',
        label: 'Name',
        type: 'string',
        required: true,
        helpText: 'The whole name or a part of it. Upper and lower case do not matter.',
      },
      STATUS_FIELD,
      CATEGORY_FIELD,
    ],
    outputFields: EXPERIENCE_OUTPUT,
    sample: { ...zapierExperience(sample.experience, sample.timestamp ?? 0) },
    perform,
  },
};
