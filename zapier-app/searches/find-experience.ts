import type { Bundle, Search, ZObject } from 'zapier-platform-core';
import type { ListFilter } from '../../shared/intelligems-api.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { succeeded } from '../failures.ts';
import { CATEGORY_FIELD } from '../fields/input.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

/** How many pages of a hundred experiences are looked through: a run may take 30 seconds. */
const PAGES = 10;

/** How well a name fits what was asked for: 2 exactly, 1 in part, 0 not at all. */
function fit({ name = '' }: ApiExperience, wanted: string): number {
  const [own, asked] = [name.trim().toLowerCase(), wanted.trim().toLowerCase()];
  return own === asked ? 2 : Number(own.includes(asked));
}

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierExperience[]> {
  const { name = '', status, category } = bundle.inputData as { name?: string } & ListFilter;
  const found: ApiExperience[] = [];
  let pages = 0;
  for await (const page of intelligems(z, bundle).everyPage({ status, category })) {
    found.push(...succeeded(z, page).experiences.filter((each) => !each.isDeleted && fit(each, name) > 0));
    pages += 1;
    if (pages >= PAGES || found.some((each) => fit(each, name) === 2)) {
      break;
    }
  }
  return found
    .sort(
      (one, other) =>
        fit(other, name) - fit(one, name) || (other.lastUpdateTs ?? 0) - (one.lastUpdateTs ?? 0),
    )
    .map((experience) => zapierExperience(experience, Date.now()));
}

const sample = sampleWebhook('startExperience');

/** Finds experiences by name and status; an exact name comes before one that only contains it. */
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
      {
        key: 'status',
        label: 'Status',
        type: 'string',
        required: false,
        choices: { pending: 'Pending', started: 'Started', paused: 'Paused', ended: 'Ended' },
        helpText: 'Leave it empty for any.',
      },
      CATEGORY_FIELD,
    ],
    outputFields: EXPERIENCE_OUTPUT,
    sample: { ...zapierExperience(sample.experience, sample.timestamp ?? 0) },
    perform,
  },
};
