import type { Bundle, Trigger, ZObject } from 'zapier-platform-core';
import type { ListFilter } from '../../shared/intelligems-api.ts';
import { POSSIBLE_FROM } from '../../shared/intelligems-lifecycle.ts';
import { nameWords } from '../../shared/words.ts';
import { succeeded } from '../failures.ts';
import { outputFields } from '../fields/output.ts';
import { intelligems } from '../intelligems.ts';
import { sampleWebhook } from '../samples.ts';

interface Listed {
  id: string;
  /** With its status, to distinguish experiences with the same name. */
  experience_name: string;
}

/**
 * A hidden trigger that fills a dropdown of experiences, page by page.
 *
 * @param statuses lists only experiences with one of these; undefined for all
 */
function experienceListOf(key: string, statuses?: readonly NonNullable<ListFilter['status']>[]): Trigger {
  return {
    key,
    noun: 'Experience',
    display: {
      label: 'List of Experiences',
      description: 'Triggers when a dropdown of experiences is opened.',
      hidden: true,
    },
    operation: {
      type: 'polling',
      canPaginate: true,
      outputFields: outputFields<Listed>({
        id: { label: 'Experience ID', type: 'string' },
        experience_name: { label: 'Experience Name', type: 'string' },
      }),
      sample: { id: sampleWebhook('startExperience').experience.id, experience_name: 'Backpack price test' },
      async perform(z: ZObject, bundle: Bundle): Promise<Listed[]> {
        const api = intelligems(z, bundle);
        const page = bundle.meta.page + 1;
        const pages = await Promise.all(
          (statuses ?? [undefined]).map((status) => api.listExperiences({ page, status })),
        );
        return pages
          .flatMap((each) => succeeded(z, each).experiences)
          .filter(({ isDeleted }) => !isDeleted)
          .map((experience) => ({
            id: experience.id,
            experience_name: `${nameWords(experience)} (${experience.status ?? 'unknown status'})`,
          }));
      },
    },
  };
}

/** The hidden triggers behind the dropdowns of experiences: all, and those that can be started, paused or ended. */
export const experienceLists: Trigger[] = [
  experienceListOf('experience_list'),
  experienceListOf('startable_experience_list', POSSIBLE_FROM.start),
  experienceListOf('running_experience_list', POSSIBLE_FROM.pause),
  experienceListOf('endable_experience_list', POSSIBLE_FROM.end),
];
