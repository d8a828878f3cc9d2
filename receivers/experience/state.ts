import type { ExperienceEvent } from '../../shared/events.ts';
import type { ExperienceState, Status } from '../contract/experience.ts';

/**
 * Folds the events of one experience into its current state. Events count by the time at which they
 * happened, not by their arrival: a start that arrives after its end changes nothing that is shown.
 *
 * @param events at least one, all of the same experience, in any order
 * @param now milliseconds since 1970
 */
export function experienceState(events: readonly ExperienceEvent[], now: number): ExperienceState {
  const ordered = [...events].sort((one, other) => eventTime(one) - eventTime(other));
  const newest = ordered.at(-1);
  if (newest === undefined) {
    throw new TypeError('experienceState needs at least one event');
  }
  const { experience, organization } = newest;
  const last = (action: ExperienceEvent['action']): number | null =>
    ordered.findLast((event) => event.action === action && event.timestamp !== null)?.timestamp ?? null;
  const firstStart =
    ordered.find(({ action, timestamp }) => action === 'startExperience' && timestamp !== null)?.timestamp ??
    null;
  const status = currentStatus(ordered);
  return {
    experience,
    organization,
    status,
    createdAt: last('createExperience') ?? experience.createdAtTs ?? null,
    startedAt: earliest(firstStart, experience.startedAtTs ?? null),
    pausedAt: status === 'paused' ? (last('pauseExperience') ?? experience.pausedAtTs ?? null) : null,
    endedAt: OVER.includes(status) ? (last('endExperience') ?? experience.endedAtTs ?? null) : null,
    deletedAt: status === 'deleted' ? last('deleteExperience') : null,
    liveMs: liveTime(ordered, now),
    lastChangeAt: newest.timestamp ?? experience.lastUpdateTs ?? null,
  };
}

const STATUS_AFTER: Partial<Record<ExperienceEvent['action'], Status>> = {
  startExperience: 'started',
  pauseExperience: 'paused',
  endExperience: 'ended',
  deleteExperience: 'deleted',
};

const OVER: readonly Status[] = ['ended', 'deleted'];

const STATUSES: readonly string[] = ['pending', 'started', 'paused', 'ended', 'deleted'];

function currentStatus(ordered: readonly ExperienceEvent[]): Status {
  if (ordered.some(({ action }) => action === 'deleteExperience')) {
    return 'deleted';
  }
  const decisive = ordered.findLast(({ action }) => STATUS_AFTER[action] !== undefined);
  const newest = ordered.at(-1);
  const reported = newest?.experience.status ?? '';
  if (newest !== decisive && STATUSES.includes(reported)) {
    return reported as Status;
  }
  return (decisive && STATUS_AFTER[decisive.action]) ?? 'pending';
}

function liveTime(ordered: readonly ExperienceEvent[], now: number): number | null {
  const { experience } = ordered.at(-1) as ExperienceEvent;
  const switches = new Map<number, boolean>();
  for (const { action, actionTs } of experience.experienceActions) {
    if (actionTs !== undefined && action !== undefined) {
      switches.set(actionTs, action === 'start');
    }
  }
  for (const { action, timestamp } of ordered) {
    if (timestamp !== null && STATUS_AFTER[action] !== undefined) {
      switches.set(timestamp, action === 'startExperience');
    }
  }
  const { startedAtTs, pausedAtTs, endedAtTs } = experience;
  if (![...switches.values()].includes(true) && startedAtTs !== undefined) {
    switches.set(startedAtTs, true);
  }
  const stoppedAt = endedAtTs ?? pausedAtTs;
  if (![...switches.values()].includes(false) && stoppedAt !== undefined && !switches.has(stoppedAt)) {
    switches.set(stoppedAt, false);
  }
  let live = 0;
  let since: number | null = null;
  let ever = false;
  for (const [time, on] of [...switches].sort(([one], [other]) => one - other)) {
    if (on && since === null) {
      since = time;
      ever = true;
    } else if (!on && since !== null) {
      live += time - since;
      since = null;
    }
  }
  if (!ever) {
    return null;
  }
  return since === null ? live : live + Math.max(0, now - since);
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null ? other : other === null ? one : Math.min(one, other);
}

/** An event's time for sorting, in milliseconds: its own, else its document's last change, else when it came. */
export function eventTime(event: ExperienceEvent): number {
  return event.timestamp ?? event.experience.lastUpdateTs ?? event.receivedAt ?? 0;
}
