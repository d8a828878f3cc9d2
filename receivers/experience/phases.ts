import type { ExperienceEvent } from '../../shared/events.ts';
import { eventTime } from './state.ts';

/** A stretch of an experience's life. Milliseconds since 1970; `to` is null while it lasts. */
export interface Phase {
  state: 'created' | 'running' | 'paused';
  from: number;
  to: number | null;
}

/**
 * The life of an experience as stretches of time: created, running, paused, in order. Once ended or deleted
 * it has no further stretch.
 *
 * @param events at least one, of one experience, in any order
 */
export function phases(events: readonly ExperienceEvent[]): Phase[] {
  const ordered = [...events].sort((one, other) => eventTime(one) - eventTime(other));
  const newest = ordered.at(-1)?.experience;
  const turns: { at: number; to: Phase['state'] | 'over' }[] = [];
  const turn = (at: number | null | undefined, to: Phase['state'] | 'over' | undefined): void => {
    if (at !== null && at !== undefined && to !== undefined) {
      turns.push({ at, to });
    }
  };
  turn(newest?.createdAtTs, 'created');
  turn(newest?.startedAtTs, 'running');
  turn(newest?.status === 'ended' ? newest.endedAtTs : null, 'over');
  for (const { action, actionTs } of newest?.experienceActions ?? []) {
    turn(actionTs, AFTER_ENTRY[action ?? '']);
  }
  for (const event of ordered) {
    turn(event.timestamp, AFTER[event.action]);
  }
  turns.sort((one, other) => one.at - other.at);
  const found: Phase[] = [];
  for (const { at, to } of turns) {
    const last = found.at(-1);
    if (last !== undefined && last.to === null) {
      if (last.state === to || (to === 'created' && last.state !== 'created')) {
        continue;
      }
      last.to = at;
    }
    if (to !== 'over') {
      found.push({ state: to, from: at, to: null });
    }
  }
  return found.filter(({ from, to }) => to === null || to > from);
}

const AFTER: Partial<Record<ExperienceEvent['action'], Phase['state'] | 'over'>> = {
  createExperience: 'created',
  startExperience: 'running',
  pauseExperience: 'paused',
  endExperience: 'over',
  deleteExperience: 'over',
};

const AFTER_ENTRY: Readonly<Record<string, Phase['state'] | 'over'>> = {
  start: 'running',
  pause: 'paused',
  end: 'over',
  delete: 'over',
};
