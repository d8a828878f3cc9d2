import type { LifecycleAction } from '../shared/intelligems-api.ts';

/** The status that each action leads to. */
export const STATUS_AFTER: Readonly<Record<LifecycleAction, string>> = {
  start: 'started',
  pause: 'paused',
  end: 'ended',
};

/** The statuses from which each action is possible. */
export const POSSIBLE_FROM = {
  start: ['pending', 'paused'],
  pause: ['started'],
  end: ['started', 'paused'],
} as const satisfies Record<LifecycleAction, readonly string[]>;
