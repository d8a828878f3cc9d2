import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { type ZapierExperience, zapierExperience } from '../../shared/zapier-experience.ts';
import { passesFilter } from '../../shared/zapier-filter.ts';
import { succeeded } from '../failures.ts';
import { FILTER_FIELDS, filterOf } from '../fields/input.ts';
import { EXPERIENCE_OUTPUT } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

/**
 * One page: the list begins with the newest, and no one creates a hundred experiences between two polls. An old
 * experience that comes into sight must not run a Zap, so that one is new only within this time.
 */
const NEW_MS = 7 * 86_400_000;

const FIELDS = FILTER_FIELDS.filter(({ key }) => key !== 'experience_id');

async function perform(z: ZObject, bundle: Bundle): Promise<ZapierExperience[]> {
  const filter = filterOf(z, bundle);
  const now = Date.now();
  const page = succeeded(z, await intelligems(z, bundle).listExperiences());
  const created = page.experiences
    .filter((experience) => !experience.isDeleted && passesFilter(filtered(experience), filter))
    .sort((one, other) => (other.createdAtTs ?? 0) - (one.createdAtTs ?? 0));
  if (bundle.meta.isLoadingSample) {
    const offered = created.slice(0, 3).map((experience) => zapierExperience(experience, now));
    return offered.length > 0 ? offered : [SAMPLE];
  }
  return created
    .filter(({ createdAtTs = 0 }) => bundle.meta.isPopulatingDedupe || createdAtTs >= now - NEW_MS)
    .map((experience) => zapierExperience(experience, now));
}

/** What a filter looks at. */
function filtered(experience: ApiExperience) {
  return {
    action_type: 'createExperience',
    experience_type: experience.type ?? '',
    category: experience.category ?? null,
    experience_name: experience.name ?? '',
    experience_id: experience.id,
    store: null,
    organization_name: null,
    organization_id: experience.organizationId ?? null,
    changed_settings: null,
  };
}

const sample = sampleWebhook('createExperience');
const SAMPLE = zapierExperience(sample.experience, sample.timestamp ?? 0);

/** For those who have only an access token: asks the External API what was created. */
export const newExperience: Trigger = {
  key: 'new_experience',
  noun: 'Experience',
  display: {
    label: 'New Experience',
    description:
      'Triggers when an experience is created. It checks every few minutes, and needs only the access token.',
  },
  operation: {
    type: 'polling',
    inputFields: FIELDS,
    outputFields: EXPERIENCE_OUTPUT,
    sample: { ...SAMPLE },
    perform,
  },
};
