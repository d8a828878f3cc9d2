import type { Action, ExperienceEvent } from '../../shared/events.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import { sameActionMs } from '../experience/pairing.ts';

/** What the vendor's record calls the actions of webhooks; creating and updating have no entries there. */
export const RECORDED_AS: Partial<Record<Action, string>> = {
  startExperience: 'start',
  pauseExperience: 'pause',
  endExperience: 'end',
  deleteExperience: 'delete',
};

/** Whether only the change log can tell who caused an event of this action. */
export function needsChangeLog(action: Action): boolean {
  return RECORDED_AS[action] === undefined;
}

/**
 * The email address of the person who caused an event: of the entry nearest to it in the experience's
 * actions, or in its change log where the action has no entries. Null where Intelligems does not tell (yet).
 */
export function whoCaused(
  { action, timestamp }: Pick<ExperienceEvent, 'action' | 'timestamp'>,
  experience: ApiExperience,
): string | null {
  const entries = needsChangeLog(action)
    ? experience.changeLog.map(({ at, email }) => ({ at, email }))
    : experience.experienceActions
        .filter((entry) => entry.action === RECORDED_AS[action])
        .map(({ actionTs, performedBy }) => ({ at: actionTs ?? null, email: performedBy ?? null }));
  const distance = ({ at }: { at: number | null }): number =>
    at === null || timestamp === null ? 0 : Math.abs(at - timestamp);
  const fitting = entries
    .filter((entry) => distance(entry) <= sameActionMs(action))
    .sort((one, other) => distance(one) - distance(other) || (other.at ?? 0) - (one.at ?? 0));
  return fitting[0]?.email?.trim() || null;
}
