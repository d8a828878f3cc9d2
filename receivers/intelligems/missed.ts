import type { Action } from '../../shared/events.ts';
import type { ApiExperience } from '../../shared/intelligems-experiences.ts';
import type { StoredEvent } from '../contract/event.ts';
import { firstOfSameAction, timeOf } from '../delivery/same-action.ts';
import { pairNearest, sameActionMs } from '../experience/pairing.ts';
import type { MissedAction } from './recovered-event.ts';
import { RECORDED_AS } from './who-caused.ts';

/** Which actions are looked at: their kinds as webhooks name them, and their times in milliseconds since 1970. */
export interface Window {
  actions: readonly Action[];
  /** Later than this: what lies before was compared already, or is older than the ledger. */
  after: number;
  /** Not later than this: the webhooks of younger ones may still be on their way. */
  until: number;
}

/** The actions of an experience that Intelligems records, oldest first. Pure. */
function recordedActions(experience: ApiExperience, actions: readonly Action[]): MissedAction[] {
  const found: MissedAction[] = [];
  for (const action of actions) {
    for (const entry of experience.experienceActions) {
      if (entry.action === RECORDED_AS[action] && entry.actionTs !== undefined) {
        const by = entry.performedBy?.trim() || personOf(experience, action, entry.actionTs);
        found.push({ action, at: entry.actionTs, by });
      }
    }
  }
  const isTold = found.some(({ action }) => action === 'deleteExperience');
  if (experience.isDeleted && !isTold && actions.includes('deleteExperience')) {
    const at = experience.lastUpdateTs ?? experience.endedAtTs ?? experience.createdAtTs;
    if (at !== undefined) {
      found.push({ action: 'deleteExperience', at, by: personOf(experience, 'deleteExperience', at) });
    }
  }
  return found.sort((one, other) => one.at - other.at);
}

/** Lists name the people in a history beside the actions. */
function personOf({ people }: ApiExperience, action: Action, at: number): string | null {
  const distance = (entry: { at: number }): number => Math.abs(entry.at - at);
  const fitting = people
    .filter((entry) => entry.action === action && distance(entry) <= sameActionMs(action))
    .sort((one, other) => distance(one) - distance(other));
  return fitting[0]?.email?.trim() || null;
}

/** Whether an experience has an action in the window or after it. */
export function isOfInterest(experience: ApiExperience, { actions, after }: Window): boolean {
  return recordedActions(experience, actions).some(({ at }) => at > after);
}

/**
 * Compares what Intelligems records of an experience with the ledger's events of it. Pure.
 *
 * @returns the actions of the window that no event reports, oldest first, and whether one that is younger than
 *   the window has no event yet
 */
export function missedActions(
  experience: ApiExperience,
  events: readonly StoredEvent[],
  { actions, after, until }: Window,
): { missed: MissedAction[]; pending: boolean } {
  const missed: MissedAction[] = [];
  let pending = false;
  const recorded = recordedActions(experience, actions);
  for (const action of actions) {
    const own = recorded.filter((each) => each.action === action).map((item) => ({ item, at: item.at }));
    const reported = events
      .filter((event) => event.action === action && firstOfSameAction(event, events) === null)
      .map((item) => ({ item, at: timeOf(item) }));
    const pairs = pairNearest(own, reported, sameActionMs(action));
    for (const { item } of own) {
      if (!pairs.has(item) && item.at > after) {
        if (item.at <= until) {
          missed.push(item);
        } else {
          pending = true;
        }
      }
    }
  }
  return { missed: missed.sort((one, other) => one.at - other.at), pending };
}
