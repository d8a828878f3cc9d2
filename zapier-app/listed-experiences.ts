import type { IntelligemsApi, ListFilter } from '../shared/intelligems-api.ts';
import type { ApiExperience } from '../shared/intelligems-experiences.ts';
import type { ApiResult } from '../shared/intelligems-failure.ts';

/** A run may take 30 seconds (docs.zapier.com, “Operating constraints”): no page is asked for later than this. */
const LAST_PAGE_MS = 18_000;

/** How many pages are asked for at once. The rate limit allows 50 requests, and 25 more every 30 seconds. */
const AT_ONCE = 5;

/**
 * If there are more pages than this, what is live comes first: a start, a pause or an end that is news is most likely
 * of an experience that is live, paused or ended now, in this order.
 */
const MANY_PAGES = 15;
const ORDER = ['started', 'paused', 'ended', 'pending'] as const;

export interface ListOptions {
  /** Read one page only. */
  firstPageOnly?: boolean;
  /** Ends the reading before the last page. */
  isEnough?(experiences: readonly ApiExperience[]): boolean;
}

/**
 * All experiences of the list, as far as the time of a run and the rate limit allow: the number of pages is not
 * limited. Any other failure of a page is a failure of the whole.
 */
export async function listedExperiences(
  api: IntelligemsApi,
  list: ListFilter,
  { firstPageOnly = false, isEnough = () => false }: ListOptions = {},
): Promise<ApiResult<ApiExperience[]>> {
  const until = Date.now() + LAST_PAGE_MS;
  const found = new Map<string, ApiExperience>();
  const first = await api.listExperiences(list);
  if (!first.ok) {
    return first;
  }
  const add = (experiences: readonly ApiExperience[]): void => {
    for (const experience of experiences) {
      found.set(experience.id, experience);
    }
  };
  add(first.value.experiences);
  const isDone = () => firstPageOnly || isEnough([...found.values()]) || Date.now() > until;
  const byStatus = first.value.totalPages > MANY_PAGES && list.status === undefined;
  for (const status of byStatus ? ORDER : [list.status]) {
    let page = byStatus ? 1 : 2;
    let pages = byStatus ? 1 : first.value.totalPages;
    while (page <= pages && !isDone()) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, pages - page + 1) }, (_, index) => page + index);
      const results = await Promise.all(
        numbers.map((number) => api.listExperiences({ ...list, status, page: number })),
      );
      for (const result of results) {
        if (!result.ok && result.failure.reason === 'rate limited') {
          return { ok: true, value: [...found.values()] };
        }
        if (!result.ok) {
          return result;
        }
        add(result.value.experiences);
        pages = result.value.totalPages;
      }
      page += numbers.length;
    }
  }
  return { ok: true, value: [...found.values()] };
}
