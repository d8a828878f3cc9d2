import type { Action } from '../../shared/events.ts';

/** All routes, and how they work together. */
export interface Routing {
  /** `all`: every matching route counts; `first`: only the first one that matches. */
  mode: 'all' | 'first';
  routes: Route[];
  /** How long a burst of updates must be quiet before it goes out as one, milliseconds; 0 for no merging. */
  quietMs: number;
}

/** Which events go to which destinations. */
export interface Route {
  name: string;
  when: Conditions;
  /** Names of destinations. */
  to: string[];
  /** Matching events do not go to these destinations, even if other routes say so. */
  mute: boolean;
  /** Whether they also get reports on the health and the verdict of running experiences. */
  health: boolean;
  quietHours: QuietHours | null;
}

/** All must be met; null means any. */
export interface Conditions {
  actions: Action[] | null;
  types: string[] | null;
  categories: string[] | null;
  statuses: string[] | null;
  names: string[] | null;
  sources: string[] | null;
  organizations: string[] | null;
  share: Share | null;
}

/**
 * A share of traffic, in percent. It is met if a variation other than the control is within these bounds.
 */
export interface Share {
  atLeast: number;
  atMost: number;
}

/** The days of the week, in the order of `Date.getUTCDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

/** A span of the day in which nothing is sent. */
export interface QuietHours {
  /** Minutes after midnight; a span that ends before it begins ends on the next day. */
  from: number;
  /** Minutes after midnight, 1440 for the midnight that ends the day. */
  to: number;
  timeZone: string;
  /** The days on which the span begins. */
  days: readonly Day[];
  /** Whether events of this span are delivered when it ends, or dropped. */
  afterwards: 'deliver' | 'drop';
}

/** What routes may name. */
export interface Known {
  destinations: readonly string[];
  sources: readonly string[];
}
