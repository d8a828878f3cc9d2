/** The origin of an event: a webhook, reconciliation, a test, or the receiver itself (reports). */
export type Origin = 'webhook' | 'recovered' | 'test' | 'report';

/** An event as it is written; all times are milliseconds since 1970. */
export interface NewEvent {
  key: string;
  source: string;
  origin: Origin;
  /** Null for reports, and if the body is not a known event. */
  action: string | null;
  experienceId: string | null;
  experienceName: string | null;
  organizationId: string | null;
  /** The time of the event itself; null if the body has none. */
  occurredAt: number | null;
  receivedAt: number;
  /** The raw bytes as received. */
  body: Uint8Array;
  /** Lower-case names, no credentials. */
  headers: Record<string, string>;
  /** Why a verified body is not a known event; null for a known event. */
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
  /** Who caused it, if that became known after the event. */
  triggeredBy: string | null;
}
