import type { Bundle, Search, ZObject } from 'zapier-platform-core';
import { zapierExperience } from '../../shared/zapier-experience.ts';
import { enteredText } from '../../shared/zapier-text.ts';
import { succeeded } from '../failures.ts';
import { CATEGORY_FIELD } from '../fields/input.ts';
import { outputFields } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { listedExperiences } from '../listed-experiences.ts';
import { sampleWebhook } from '../samples.ts';
import { fit, listFilterOf, STATUS_FIELD } from './find-experience.ts';

/** Zapier passes on 6 MB: this many line items stay far below that. */
const MOST = 500;

/** An experience as one line item. Times are ISO 8601 in UTC. */
interface FoundExperience {
  id: string;
  name: string;
  type: string;
  status: string | null;
  category: string | null;
  hypothesis: string | null;
  link: string;
  days_live: number | null;
  started_at: string | null;
  ended_at: string | null;
  variation_summary: string;
}

interface FoundExperiences {
  id: string;
  experience_count: number;
  /** There are more than are given. */
  has_more: boolean;
  /** One line for each experience. */
  experience_lines: string;
  experiences: FoundExperience[];
}

type Listed = Parameters<typeof zapierExperience>[0];

function lineItem(experience: Listed, now: number): FoundExperience {
  const details = zapierExperience(experience, now);
  return {
    id: details.id,
    name: details.experience_name,
    type: details.experience_type,
    status: details.status,
    category: details.category,
    hypothesis: details.hypothesis,
    link: details.link,
    days_live: details.days_live,
    started_at: details.started_at,
    ended_at: details.ended_at,
    variation_summary: details.variation_summary,
  };
}

function foundExperiences(experiences: readonly Listed[], id: string, now: number): FoundExperiences {
  const given = experiences.slice(0, MOST).map((experience) => lineItem(experience, now));
  return {
    id,
    experience_count: given.length,
    has_more: experiences.length > given.length,
    experience_lines: given
      .map(({ name, status, days_live: days, link }) => {
        const live = days === null ? '' : `, live for ${days} days`;
        return `${name} (${status ?? 'unknown status'}${live}): ${link}`;
      })
      .join('\n'),
    experiences: given,
  };
}

async function perform(z: ZObject, bundle: Bundle): Promise<FoundExperiences[]> {
  const list = listFilterOf(z, bundle);
  const name = enteredText(bundle.inputData.name);
  const all = succeeded(z, await listedExperiences(intelligems(z, bundle), list));
  const matching = all.filter(
    (experience) => !experience.isDeleted && (name === null || fit(experience, name) > 0),
  );
  const id = ['experiences', list.status, list.category, name].filter((each) => each != null).join(' ');
  return matching.length === 0 ? [] : [foundExperiences(matching, id, Date.now())];
}

const { experience: sampled, timestamp } = sampleWebhook('startExperience');

/** Finds several experiences at once, such as all running ones, as line items. */
export const findExperiences: Search = {
  key: 'find_experiences',
  noun: 'Experiences',
  display: {
    label: 'Find Experiences',
    description: 'Finds several experiences by name, status and category, such as all that are live.',
  },
  operation: {
    inputFields: [
      {
        key: 'name',
        label: 'Name',
        type: 'string',
        required: false,
        helpText: 'Only experiences with this in their name. Leave it blank for all.',
      },
      STATUS_FIELD,
      CATEGORY_FIELD,
    ],
    outputFields: outputFields<FoundExperiences>({
      experience_count: { label: 'Number of Experiences', type: 'integer' },
      experience_lines: { label: 'Experiences, One per Line', type: 'string' },
      has_more: { label: 'There Are More', type: 'boolean' },
      experiences: {
        label: 'Experiences',
        children: outputFields<FoundExperience>({
          id: { label: 'Experience ID', type: 'string' },
          name: { label: 'Experience Name', type: 'string' },
          type: { label: 'Experience Type', type: 'string' },
          status: { label: 'Status', type: 'string' },
          category: { label: 'Category', type: 'string' },
          hypothesis: { label: 'Hypothesis', type: 'string' },
          link: { label: 'Link', type: 'string' },
          days_live: { label: 'Days Live', type: 'number' },
          started_at: { label: 'Started At', type: 'datetime' },
          ended_at: { label: 'Ended At', type: 'datetime' },
          variation_summary: { label: 'Variations in One Line', type: 'string' },
        }),
      },
      id: { label: 'Search ID', type: 'string' },
    }),
    sample: { ...foundExperiences([sampled], 'experiences started', timestamp ?? 0) },
    perform,
  },
};
