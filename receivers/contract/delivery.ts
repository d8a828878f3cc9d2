import type { StoredEvent } from './event.ts';
import type { Outcome } from './outcome.ts';

/**
 * - waiting: an earlier delivery with the same ordering key is still open
 * - ready: may go out when it is due
 * - running: an attempt is in progress, or was when a process died
 * - done, dead: finished (a dead letter can be replayed)
 * - merged: included in a later delivery
 * - dismissed: a dead letter that a person set aside
 */
export const DELIVERY_STATES = [
  'waiting',
  'ready',
  'running',
  'done',
  'dead',
  'merged',
  'dismissed',
] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A delivery that was claimed for an attempt. */
export interface ClaimedDelivery {
  id: number;
  eventKey: string;
  destination: string;
  route: string;
  /** Counts from 1. */
  attempt: number;
  /** An attempt before this one may have arrived. */
  uncertain: boolean;
  /** How often a person sent it again, from 0. Part of the idempotency key. */
  replay: number;
  /** The destination is failing, and this delivery tests whether it still does. */
  probe: boolean;
  /** When the delivery was made, milliseconds since 1970. */
  createdAt: number;
  event: StoredEvent;
  /** Keys of the events merged into this one, oldest first. */
  merged: string[];
}

/** The delivery engine's decision after an attempt. */
export type Settlement = { finishedAt: number; startedAt: number; outcome: Outcome } & (
  | { state: 'done' }
  /** `uncertain`: an attempt may have arrived all the same, which a replay has to look up. */
  | { state: 'dead'; reason: string; uncertain: boolean }
  /** `attemptCounts` false: the attempt is not counted against the limit. */
  | { state: 'ready'; dueAt: number; attemptCounts: boolean; uncertain: boolean }
);

/** The health of a destination. It is in the ledger, so all processes share it. */
export interface DestinationHealth {
  destination: string;
  /** No delivery is claimed before this time; 0 if it is not paused. */
  pausedUntil: number;
  pauseReason: string | null;
  /** Failures in a row. */
  failures: number;
  failingSince: number | null;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  lastFailure: string | null;
  /** After a pause a single delivery probes. */
  probing: boolean;
}

/** Decides what an outcome means for the destination's health. Pure. */
export type HealthRule = (health: DestinationHealth, outcome: Outcome, now: number) => DestinationHealth;

/**
 * A destination of this process, with how many deliveries may be in progress at once: 0 if they wait, or if this process
 * only accepts, and others deliver.
 */
export interface ServedDestination {
  name: string;
  concurrency: number;
}

/** Whether a process has destinations, and delivers to none of them. */
export function onlyAccepts(destinations: readonly ServedDestination[]): boolean {
  return destinations.length > 0 && destinations.every(({ concurrency }) => concurrency === 0);
}

export interface DeliveryWork {
  destinations: readonly ServedDestination[];
  /** Makes one attempt. `lost` aborts when the delivery is about to be given to another process: it must end at once. */
  attempt(delivery: ClaimedDelivery, lost?: AbortSignal): Promise<Settlement>;
  /** Reports what a person should know, such as storage that cannot record an outcome. */
  onError(error: Error): void;
  /**
   * Called when open deliveries are given up because no process has their destination any more. `attempt` is then called
   * for them too, and must end them.
   */
  onLeftBehind?(left: LeftBehind): void;
  health: HealthRule;
}

/** A destination that no process has, and how many deliveries to it are open. */
export interface LeftBehind {
  destination: string;
  open: number;
}

/**
 * Hands out due deliveries and records their outcomes. Deliveries of one destination with the same ordering key, such
 * as those of one experience, go out one at a time in the order of acceptance.
 */
export interface DeliveryQueue {
  /** How many processes deliver from this ledger now, this one included. */
  readonly workers: number;
  start(work: DeliveryWork): Promise<void>;
  /**
   * Replaces the destinations of this process. Attempts in progress go on. Deliveries to a destination that is no longer
   * among them stay open.
   */
  serve(destinations: readonly ServedDestination[]): Promise<void>;
  /** Claims nothing more, waits at most this long for attempts in progress, and records their outcomes. */
  stop(graceMs: number): Promise<void>;
}
