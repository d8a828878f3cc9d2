import type { DeliveryState, DestinationHealth } from './delivery.ts';
import type { StoredEvent } from './event.ts';

/** Which events to list; every field narrows. Times are milliseconds since 1970. */
export interface EventFilter {
  action?: string;
  experienceId?: string;
  source?: string;
  origin?: string;
  destination?: string;
  state?: DeliveryState;
  /** Part of an experience's name or id, or of an event's key. */
  search?: string;
  receivedFrom?: number;
  receivedTo?: number;
  /** True for bodies that are no known event. */
  problem?: boolean;
  /** Events accepted before the one of this sequence: the next page. */
  beforeSequence?: number;
  /** At most this many, newest first. */
  limit: number;
}

/** An event in a list: without its body. */
export type EventSummary = Omit<StoredEvent, 'body' | 'headers'> & {
  /** How many of its deliveries are in each state. */
  deliveries: Partial<Record<DeliveryState, number>>;
};

export interface DeliveryRecord {
  id: number;
  eventKey: string;
  destination: string;
  route: string;
  state: DeliveryState;
  dueAt: number;
  attempts: number;
  replay: number;
  /** Why it is dead or will be retried; null if it did not fail. */
  reason: string | null;
  createdAt: number;
  finishedAt: number | null;
}

export interface AttemptRecord {
  deliveryId: number;
  number: number;
  startedAt: number;
  finishedAt: number;
  /** Also `dead` for a temporary failure of the last attempt. */
  outcome: 'done' | 'retry' | 'dead';
  /** The note or the reason, for people. */
  note: string | null;
  answer: string | null;
}

export interface QueueDepth {
  destination: string;
  open: number;
  dead: number;
  /** When the oldest open delivery was made, milliseconds since 1970. */
  oldestAt: number | null;
}

/** Which experiences to list; every field narrows. Two sources may post the same id: those are two experiences. */
export interface ExperienceFilter {
  source?: string;
  experienceId?: string;
  /** Part of the name. */
  search?: string;
  /** Experiences whose last event was before this time (ms since 1970): the next page. */
  beforeLastAt?: number;
  limit: number;
}

export interface ExperienceSummary {
  experienceId: string;
  name: string | null;
  organizationId: string | null;
  source: string;
  firstAt: number;
  lastAt: number;
  events: number;
}

/** An experience of which only test events are known. */
export interface TestExperience {
  source: string;
  experienceId: string;
  name: string | null;
  events: number;
  /** None of its deliveries is open, so that it can be removed. */
  settled: boolean;
}

/** What happened in a span. Tests do not count. */
export interface TimelineBucket {
  from: number;
  events: number;
  done: number;
  dead: number;
}

/**
 * An event of a history: two equal entries stand for equal events. The sequence alone does not tell, since that of a
 * removed event may be given out again.
 */
export type HistoryEntry = [sequence: number, receivedAt: number, triggeredBy: string | null];

/** The reading side of a ledger. Lists are newest first unless their comment says otherwise. */
export interface LedgerReader {
  event(key: string): Promise<StoredEvent | null>;
  events(filter: EventFilter): Promise<EventSummary[]>;
  /** Known events of an experience of one source: at most the `limit` last accepted, by event time, oldest first. */
  history(source: string, experienceId: string, limit: number): Promise<StoredEvent[]>;
  /** What identifies the events that {@link history} would give, in any order. Cheaper than reading them. */
  historyEntries(source: string, experienceId: string, limit: number): Promise<HistoryEntry[]>;
  /** The events with these sequences, in any order, without those that are gone. */
  eventsOf(sequences: readonly number[]): Promise<StoredEvent[]>;
  deliveries(eventKey: string): Promise<DeliveryRecord[]>;
  attempts(deliveryId: number): Promise<AttemptRecord[]>;
  deadLetters(filter: { destination?: string; afterId?: number; limit: number }): Promise<DeliveryRecord[]>;
  depths(): Promise<QueueDepth[]>;
  health(): Promise<DestinationHealth[]>;
  /** Experiences by their last event. */
  experiences(filter: ExperienceFilter): Promise<ExperienceSummary[]>;
  /** Experiences that have only test events, newest first. */
  testExperiences(limit: number): Promise<TestExperience[]>;
  timeline(from: number, to: number, bucketMs: number): Promise<TimelineBucket[]>;
  /** All events with their deliveries and attempts, oldest first, for an export: page by page. */
  exportPage(afterSequence: number, limit: number): Promise<ExportedEvent[]>;
}

/** A delivery with everything that another ledger needs to continue it. */
export interface ExportedDelivery extends DeliveryRecord {
  attemptRecords: AttemptRecord[];
  /** An attempt may have arrived all the same, which the next has to look up. */
  uncertain: boolean;
  /** How many of the attempts count against the limit. */
  countedAttempts: number;
  /**
   * Deliveries of a destination with the same ordering key stay in order. Null for the key of the event's experience,
   * and in every export from PostgreSQL, which keeps only a hash of the key.
   */
  orderingKey: string | null;
}

export interface ExportedEvent extends StoredEvent {
  deliveries: ExportedDelivery[];
}
