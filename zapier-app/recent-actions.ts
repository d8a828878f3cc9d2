import type { Action, ExperienceEvent } from '../shared/events.ts';
import type { IntelligemsApi, ListFilter } from '../shared/intelligems-api.ts';
import type { ApiExperience } from '../shared/intelligems-experiences.ts';
import type { ApiResult } from '../shared/intelligems-failure.ts';
import { type ZapierEvent, zapierEvent } from '../shared/zapier-event.ts';
import { listedExperiences } from './listed-experiences.ts';

const ACTION_OF_ENTRY: Readonly<Record<string, Action>> = {
  start: 'startExperience',
  pause: 'pauseExperience',
  end: 'endExperience',
  delete: 'deleteExperience',
};

/** What the list reports: no creation, no change. */
export const LISTED_ACTIONS: readonly Action[] = Object.values(ACTION_OF_ENTRY);

/** How far the time of an action and of the history entry that names the person may differ, in milliseconds. */
const HISTORY_TOLERANCE_MS = 5 * 60_000;

export interface RecentActionsQuery {
  list: ListFilter;
  /** Only this experience, wherever it is in the list; null for all. */
  experienceId: string | null;
  /** Read one page only: enough for a sample. */
  firstPageOnly: boolean;
  /** The time of the query, milliseconds since 1970. */
  now: number;
}

/**
 * The starts, pauses, ends and deletions in the External API's list, newest first, as events. Their IDs are made of
 * experience, action and time, so that the same action never counts twice.
 */
export async function recentActions(
  api: IntelligemsApi,
  { list, experienceId, firstPageOnly, now }: RecentActionsQuery,
): Promise<ApiResult<ZapierEvent[]>> {
  const experiences =
    experienceId === null
      ? await listedExperiences(api, list, { firstPageOnly })
      : await chosenExperience(api, experienceId);
  if (!experiences.ok) {
    return experiences;
  }
  const events = experiences.value.flatMap((experience) => actionsOf(experience, now));
  const found = new Map(events.map((event) => [event.id, event]));
  return {
    ok: true,
    value: [...found.values()].sort((one, other) => other.timestamp.localeCompare(one.timestamp)),
  };
}

async function chosenExperience(api: IntelligemsApi, id: string): Promise<ApiResult<ApiExperience[]>> {
  const found = await api.experience(id);
  return found.ok ? { ok: true, value: [found.value] } : found;
}

function actionsOf(experience: ApiExperience, now: number): ZapierEvent[] {
  return experience.experienceActions.flatMap((entry) => {
    const action = ACTION_OF_ENTRY[entry.action ?? ''];
    if (action === undefined || entry.actionTs === undefined) {
      return [];
    }
    const event: ExperienceEvent = {
      action,
      timestamp: entry.actionTs,
      experience,
      organization: { id: experience.organizationId ?? undefined },
      payload: experience.document,
    };
    return [
      zapierEvent({
        id: `${experience.id}-${entry.action}-${entry.actionTs}`,
        event,
        triggeredBy: entry.performedBy ?? personBehind(experience, action, entry.actionTs),
        receivedAt: now,
      }),
    ];
  });
}

function personBehind({ people }: ApiExperience, action: Action, at: number): string | null {
  const nearest = people
    .filter((entry) => entry.action === action && Math.abs(entry.at - at) <= HISTORY_TOLERANCE_MS)
    .sort((one, other) => Math.abs(one.at - at) - Math.abs(other.at - at))[0];
  return nearest?.email ?? null;
}
