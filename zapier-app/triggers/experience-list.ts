import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { succeeded } from '../failures.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierExperience[]> {
  const page = succeeded(z, await intelligems(z, bundle).listExperiences({ page: bundle.meta.page + 1 }));
  return page.experiences
    .filter(({ isDeleted }) => !isDeleted)
    .map((experience) => zapierExperience(experience, Date.now()))
    .map((experience) => ({
      ...experience,
      experience_name: `${experience.experience_name} (${experience.status ?? 'unknown status'})`,
    }));
}

/** Fills the dropdowns of experiences, page by page. */
export const experienceList: Trigger = {
  key: 'experience_list',
  noun: 'Experience',
  display: {
    label: 'List of Experiences',
    description: 'Triggers when a dropdown of experiences is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    canPaginate: true,
    outputFields: EXPERIENCE_OUTPUT,
    sample: { ...zapierExperience(sampleWebhook('startExperience').experience, 0) },
    perform,
  },
};
