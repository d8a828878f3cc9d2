import type { Outcome } from '../destinations/contract.ts';
import type { LedgerReader } from './reading.ts';

/** Where an event came from: a webhook, reconciliation, a person's test, or the receiver itself (reports). */
export type Origin = 'webhook' | 'recovered' | 'test' | 'report';

/** An event as it is written; all times are milliseconds since 1970. */
export interface NewEvent {
  key: string;
  source: string;
  origin: Origin;
  /** Null for what is no known event, and for reports. */
  action: string | null;
  experienceId: string | null;
  experienceName: string | null;
  organizationId: string | null;
  /** The time of the event itself; null where it does not tell. */
  occurredAt: number | null;
  receivedAt: number;
  /** The raw bytes as they came. */
  body: Uint8Array;
  /** Lower-case names; nothing secret. */
  headers: Record<string, string>;
  /** Why a verified body is no known event; null for a known one. */
  problem: string | null;
  deliveries: NewDelivery[];
}

export interface NewDelivery {
  destination: string;
  /** The name of the route that sends it there. */
  route: string;
  /** Not before this time, milliseconds since 1970. */
  dueAt: number;
  /**
   * Deliveries of one lane that wait for the end of a burst merge into the newest: this many
   * milliseconds of quiet end the burst; null for a delivery that goes at once.
   */
  quietMs: number | null;
}

export type Accepted = { status: 'accepted' | 'duplicate'; key: string };

/**
 * - waiting: an earlier delivery of the same lane is still open
 * - ready: may go out when it is due
 * - running: an attempt is under way, or was when a process died
 * - done, dead: for good (a dead letter can be replayed)
 * - merged: told by a later delivery
 * - dismissed: a dead letter that a person set aside
 */
export type DeliveryState = 'waiting' | 'ready' | 'running' | 'done' | 'dead' | 'merged' | 'dismissed';

/** A delivery that is handed out for an attempt. */
export interface ClaimedDelivery {
  id: number;
  eventKey: string;
  destination: string;
  route: string;
  /** Counts from 1. */
  attempt: number;
  /** An attempt before this one may have arrived. */
  uncertain: boolean;
  /** 0, or how often a person had it sent anew: part of the idempotency key. */
  replay: number;
  /** The destination is known to fail, and this delivery finds out whether it still does. */
  probe: boolean;
  /** When the delivery was made, milliseconds since 1970. */
  createdAt: number;
  event: StoredEvent;
  /** Keys of the events merged into this one, oldest first. */
  merged: string[];
}

export interface StoredEvent extends Omit<NewEvent, 'deliveries'> {
  /** Counts up in the order of acceptance. */
  sequence: number;
  /** A newer event of the same experience had been accepted before. */
  late: boolean;
  /** Who caused it, where that became known after the event. */
  triggeredBy: string | null;
}

/** What the delivery engine decided after an attempt. */
export type Settlement = { finishedAt: number; startedAt: number; outcome: Outcome } & (
  | { state: 'done' }
  /** `uncertain`: an attempt may have arrived all the same, which a replay has to look up. */
  | { state: 'dead'; reason: string; uncertain: boolean }
  /** `attemptCounts` false: the attempt is not counted against the limit. */
  | { state: 'ready'; dueAt: number; attemptCounts: boolean; uncertain: boolean }
);

/** How a destination fares; kept in the ledger so that every process knows. */
export interface DestinationHealth {
  destination: string;
  /** Nothing is handed out before this time; 0 for never paused. */
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

/** Decides what an attempt's outcome means for its destination; pure. */
export type HealthRule = (health: DestinationHealth, outcome: Outcome, now: number) => DestinationHealth;

export interface DeliveryWork {
  /** The destinations to serve, each with how many deliveries may be under way at once. */
  destinations: readonly { name: string; concurrency: number }[];
  /** Makes one attempt. `lost` aborts when the delivery is about to be given to another process: it must end at once. */
  attempt(delivery: ClaimedDelivery, lost?: AbortSignal): Promise<Settlement>;
  /** Told of what a person should know, such as storage that refuses to record an outcome. */
  onError(error: Error): void;
  health: HealthRule;
}

/**
 * Hands out due deliveries, in the order of acceptance within a lane (an experience at a destination),
 * and writes what came of them.
 */
export interface DeliveryQueue {
  /** How many processes deliver from this ledger now, this one included. */
  readonly workers: number;
  start(work: DeliveryWork): Promise<void>;
  /** Hands out nothing more, waits at most this long for what is under way, and writes it. */
  stop(graceMs: number): Promise<void>;
}

/** The storage refused or cannot be reached: the sender is answered 503 and tries again. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** A durable record of events, deliveries and attempts. Every method may reject with {@link StorageError}. */
export interface Ledger extends LedgerReader {
  readonly queue: DeliveryQueue;
  /** Resolves after the event and its deliveries are on disk, or were there before under the same key. */
  accept(event: NewEvent): Promise<Accepted>;
  /** Resolves if a write would succeed now. */
  probe(): Promise<void>;
  recall(destination: string, key: string): Promise<string | null>;
  /** All facts of a destination whose key begins with `prefix`, by their keys. */
  recallAll(destination: string, prefix: string): Promise<Record<string, string>>;
  remember(destination: string, facts: Record<string, string>): Promise<void>;
  /** Records who caused an event, once that is known. */
  nameTrigger(eventKey: string, email: string): Promise<void>;
  /** Makes dead letters ready again; `ids` from {@link LedgerReader.deliveries}. Gives how many. */
  reviveDeadLetters(ids: readonly number[], now: number): Promise<number>;
  dismissDeadLetters(ids: readonly number[]): Promise<number>;
  /**
   * Sends an event to a destination once more, as a new delivery. Gives its id, or null for an unknown event.
   *
   * @param lane what it is kept in order with at that destination, in place of the event's experience
   */
  sendAgain(eventKey: string, delivery: NewDelivery, lane?: string): Promise<number | null>;
  /** Removes at most `limit` events, oldest first, that were received before `before` and have nothing open or dead. */
  prune(before: number, limit: number): Promise<number>;
  /** Ends a destination's pause. */
  resume(destination: string): Promise<void>;
  close(): Promise<void>;
}
