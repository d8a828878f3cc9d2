import type { Action, ExperienceEvent } from '../shared/events.ts';
import type { IntelligemsApi } from '../shared/intelligems-api.ts';
import type { ApiExperience } from '../shared/intelligems-experiences.ts';
import { type ZapierEvent, zapierEvent } from '../shared/zapier-event.ts';
import { passesFilter, type ZapierFilter } from '../shared/zapier-filter.ts';
import { recentActions } from './recent-actions.ts';

/**
 * Samples from the External API: what happened last and passes the filter, else the experiences themselves as if the
 * action had just happened. A chosen experience gives its own sample, wherever it is in the list. Empty if the API
 * has nothing or fails.
 */
export async function apiSamples(
  api: IntelligemsApi,
  filter: ZapierFilter,
  action: Action | string,
): Promise<ZapierEvent[]> {
  const now = Date.now();
  const events = await recentActions(api, {
    list: {},
    experienceId: filter.experienceId,
    firstPageOnly: true,
    now,
  });
  const fitting = events.ok ? events.value.filter((event) => passesFilter(event, filter)) : [];
  if (fitting.length > 0) {
    return fitting;
  }
  const experiences = await newestExperiences(api, filter.experienceId);
  const standing = experiences.map((experience) => standingEvent(experience, action as Action, now));
  const named = standing.filter((event) => passesFilter(event, filter));
  return named.length > 0 ? named : standing;
}

async function newestExperiences(api: IntelligemsApi, id: string | null): Promise<ApiExperience[]> {
  if (id !== null) {
    const chosen = await api.experience(id);
    return chosen.ok ? [chosen.value] : [];
  }
  const page = await api.listExperiences({ limit: 20 });
  return page.ok ? page.value.experiences.filter(({ isDeleted }) => !isDeleted) : [];
}

/** An experience as it is now, in the form of an event. */
function standingEvent(experience: ApiExperience, action: Action, now: number): ZapierEvent {
  const event: ExperienceEvent = {
    action,
    timestamp: experience.lastUpdateTs ?? now,
    experience,
    organization: { id: experience.organizationId ?? undefined },
    payload: experience.document,
  };
  return zapierEvent({ id: `sample-${action}-${experience.id}`, event, triggeredBy: null, receivedAt: now });
}
