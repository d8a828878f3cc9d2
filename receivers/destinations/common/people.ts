import type { ExperienceMessage } from '../../contract/message.ts';

/** The email addresses of all who had a part in what a message tells; empty where nobody knows. */
export function peopleOf({
  triggeredBy,
  alsoBy,
}: Pick<ExperienceMessage, 'triggeredBy' | 'alsoBy'>): string[] {
  return [...(triggeredBy === null ? [] : [triggeredBy]), ...alsoBy];
}
