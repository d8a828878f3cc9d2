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

/** Whether only the change log says who caused an event of this action. */
export function needsChangeLog(action: Action): boolean {
  return RECORDED_AS[action] === undefined;
}

/**
 * The email address of the person who caused an event, from the entry nearest to it in the experience's actions, or in
 * its change log if its actions have no such entries. Null if Intelligems does not say (yet).
 */
export function whoCaused(
  event: Pick<ExperienceEvent, 'action' | 'timestamp'>,
  experience: ApiExperience,
): string | null {
  const { action } = event;
  const entries = needsChangeLog(action)
    ? experience.changeLog.map(({ at, email }) => ({ at, email }))
    : experience.experienceActions
        .filter((entry) => entry.action === RECORDED_AS[action])
        .map(({ actionTs, performedBy }) => ({ at: actionTs ?? null, email: performedBy ?? null }));
  return nearest(event, entries)?.email?.trim() || null;
}

/** What an event's entry in the change log says was changed; null without an entry near it. */
export function changeOf(
  event: Pick<ExperienceEvent, 'action' | 'timestamp'>,
  { changeLog }: ApiExperience,
): Record<string, unknown> | null {
  return nearest(event, changeLog)?.change ?? null;
}

/** The entry nearest to an event, the newer of two; null if none is near enough. */
function nearest<Entry extends { at: number | null }>(
  { action, timestamp }: Pick<ExperienceEvent, 'action' | 'timestamp'>,
  entries: readonly Entry[],
): Entry | null {
  const distance = ({ at }: Entry): number =>
    at === null || timestamp === null ? 0 : Math.abs(at - timestamp);
  const near = entries
    .filter((entry) => distance(entry) <= sameActionMs(action))
    .sort((one, other) => distance(one) - distance(other) || (other.at ?? 0) - (one.at ?? 0));
  return near[0] ?? null;
}
