import type { Action, ExperienceEvent } from '../shared/events.ts';
import type { IntelligemsApi, ListFilter } from '../shared/intelligems-api.ts';
import type { ApiExperience } from '../shared/intelligems-experiences.ts';
import type { ApiResult } from '../shared/intelligems-failure.ts';
import { type ZapierEvent, zapierEvent } from '../shared/zapier-event.ts';

/** How many pages of a hundred experiences are looked at: a run may take 30 seconds. */
const PAGES = 10;

const ACTION_OF_ENTRY: Readonly<Record<string, Action>> = {
  start: 'startExperience',
  pause: 'pauseExperience',
  end: 'endExperience',
  delete: 'deleteExperience',
};

/** What the list tells of: no creation, no change. */
export const LISTED_ACTIONS: readonly Action[] = Object.values(ACTION_OF_ENTRY);

/** How far apart an action and the entry of the history that tells who did it may lie, in milliseconds. */
const HISTORY_TOLERANCE_MS = 5 * 60_000;

export interface RecentActionsQuery {
  list: ListFilter;
  /** Look at one page only: enough for a sample. */
  firstPageOnly: boolean;
  /** When it is asked, milliseconds since 1970. */
  now: number;
}

/**
 * The starts, pauses, ends and deletions that the External API's list tells of, newest first, as events.
 * Their ids are made of experience, action and time, so that the same action never counts twice.
 */
export async function recentActions(
  api: IntelligemsApi,
  { list, firstPageOnly, now }: RecentActionsQuery,
): Promise<ApiResult<ZapierEvent[]>> {
  const found = new Map<string, ZapierEvent>();
  let pages = 0;
  for await (const page of api.everyPage(list)) {
    if (!page.ok) {
      return page;
    }
    for (const event of page.value.experiences.flatMap((experience) => actionsOf(experience, now))) {
      found.set(event.id, event);
    }
    pages += 1;
    if (firstPageOnly || pages >= PAGES) {
      break;
    }
  }
  const events = [...found.values()].sort((one, other) => other.timestamp.localeCompare(one.timestamp));
  return { ok: true, value: events };
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
