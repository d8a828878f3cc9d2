import type { ExperienceMessage } from '../../contract/message.ts';

/** The email addresses of everyone who caused what a message reports; empty if no one is known. */
export function peopleOf({
  triggeredBy,
  alsoBy,
}: Pick<ExperienceMessage, 'triggeredBy' | 'alsoBy'>): string[] {
  return [...(triggeredBy === null ? [] : [triggeredBy]), ...alsoBy];
}
