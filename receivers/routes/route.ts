import type { Action } from '../../shared/events.ts';

/** All routes, and what the settings say of them together. */
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
  /** The events that match do not go to these destinations, whatever other routes say. */
  mute: boolean;
  quietHours: QuietHours | null;
}

/** All of them have to be met; null for what does not matter. */
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
 * A share of traffic, in percent: met when a variation other than the control gets at least and at most so
 * much of it.
 */
export interface Share {
  atLeast: number;
  atMost: number;
}

/** The days of a week as people write them, in the order of `Date.getUTCDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Day = (typeof DAYS)[number];

/** A span of the day in which people are left alone. */
export interface QuietHours {
  /** Minutes after midnight; a span that ends before it begins ends on the next day. */
  from: number;
  /** Minutes after midnight, 1440 for the midnight that ends the day. */
  to: number;
  timeZone: string;
  /** The days on which the span begins. */
  days: readonly Day[];
  /** What becomes of events meanwhile: delivered when the span ends, or not at all. */
  afterwards: 'deliver' | 'drop';
}

/** What routes may name. */
export interface Known {
  destinations: readonly string[];
  sources: readonly string[];
}
