/** What the External API can do to an experience. */
export type LifecycleAction = 'start' | 'pause' | 'end';

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
