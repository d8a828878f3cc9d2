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
   * Deliveries with one ordering key that wait for a burst to end merge into the newest: the burst ends after this
   * many milliseconds without an event; null for a delivery that goes out at once.
   */
  quietMs: number | null;
}

export type Accepted = { status: 'accepted' | 'duplicate'; key: string };

export interface StoredEvent extends Omit<NewEvent, 'deliveries'> {
  /** Counts up in the order of acceptance. */
  sequence: number;
  /** A newer event of the same experience had been accepted before. */
  late: boolean;
  /** Who caused it, where that became known after the event. */
  triggeredBy: string | null;
}
